"""Photos and drawn pictures in a browser: staff upload one, players see it on every page and screen."""

import contextlib
import http.client
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from draws.models import PrizePicture
from draws.pictures import files, uploads
from tests.browser.looking import RULES
from tests.support.photos import ALT, noisy, saved, scene, upload

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("picture_folder"),
]
LOADED = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"


def with_photo(draw, image=None, alt=ALT):
    uploads.set_picture(draw.pk, files.read(upload(saved(image or scene()))), alt, actor=None)
    return draw


def show_all(page):
    """Scroll through the page, so that what is loaded when seen is loaded."""
    for image in page.locator("img").all():
        image.scroll_into_view_if_needed()
    page.wait_for_function(LOADED)


@pytest.fixture
def site_environment(server_environment, picture_folder):
    """The running site keeps pictures where the test does."""
    options = json.dumps({"location": str(picture_folder)})
    return server_environment | {"PRIZE_PICTURES_OPTIONS": options}


def raw(origin, path):
    """Ask for exactly this path, which no client of HTTP has tidied up."""
    host, port = origin.removeprefix("http://").split(":")
    with contextlib.closing(http.client.HTTPConnection(host, int(port), timeout=10)) as connection:
        connection.putrequest("GET", path)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def test_the_running_site_serves_pictures_and_no_other_file(running_site, make_draw, picture_folder):
    draw = with_photo(make_draw())
    name = f"{draw.picture.name}-480.webp"
    (picture_folder.parent / "secret.webp").write_bytes(b"of nobody else")
    status, headers, content = raw(running_site.origin, f"/pictures/{name}")
    assert (status, content) == (200, (picture_folder / name).read_bytes())
    assert headers["Content-Type"] == "image/webp"
    assert headers["Content-Length"] == str(len(content))
    assert "immutable" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    for path in (
        "../secret.webp",
        "%2e%2e/secret.webp",
        "..%2fsecret.webp",
        "..\\secret.webp",
        f"./{name}%00",
        ".",
    ):
        status, _, content = raw(running_site.origin, f"/pictures/{path}")
        assert status in (400, 404), path
        assert b"of nobody else" not in content


def test_a_phone_loads_the_narrow_files_and_a_card_costs_at_most_40_kb(live_server, visit, make_draw):
    make_draw()
    with_photo(make_draw(), noisy())
    window = visit(live_server.url, 390)
    sizes = {}

    def weigh(answer):
        if answer.url.endswith(".webp"):
            sizes[answer.url.rpartition("-")[2]] = len(answer.body())

    window.page.on("response", weigh)
    page = window.go("/")
    show_all(page)
    page.wait_for_load_state("networkidle")
    assert list(sizes) == ["480.webp"]
    assert sizes["480.webp"] <= 40_000


def test_the_photo_leaves_the_papers_colour_around_it_and_no_word_upon_it(live_server, visit, make_draw):
    draw = with_photo(make_draw(title="Lisbon for two, one long weekend"))
    for width in (390, 1280):
        page = visit(live_server.url, width).go(f"/draws/{draw.pk}/")
        stage, photo = page.locator(".stage").bounding_box(), page.locator(".stage img").bounding_box()
        assert stage["x"] < photo["x"]
        assert photo["x"] + photo["width"] < stage["x"] + stage["width"]
        title = page.locator("h1").evaluate(
            """h1 => { const range = document.createRange(); range.selectNodeContents(h1);
                 const box = range.getBoundingClientRect(); return [box.right, box.bottom]; }"""
        )
        assert title[0] <= photo["x"] or title[1] <= photo["y"]


def test_staff_upload_a_photo_see_it_before_and_after_and_players_do(
    live_server, visit, make_draft, make_player, tmp_path
):
    file = tmp_path / "bike.jpg"
    file.write_bytes(saved(scene()))
    boss = make_player("boss", is_staff=True, is_superuser=True)
    draft = make_draft()
    window = visit(live_server.url, player=boss)
    page = window.go(f"/admin/draws/draw/{draft.pk}/change/")
    page.set_input_files("input[name=photo]", file)
    expect(page.locator("canvas.chosen")).to_be_visible()
    page.get_by_label("What the photo shows").fill(ALT)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_role("img", name=ALT)).to_be_visible()
    picture = PrizePicture.objects.get(draw=draft)
    page = window.go(f"/draws/{draft.pk}/")
    expect(page.get_by_role("img", name=ALT)).to_be_visible()
    assert page.evaluate(LOADED)
    assert re.search(
        rf"/pictures/{picture.name}-\d+\.webp$", page.locator(".stage img").evaluate("i => i.currentSrc")
    )
    assert window.complaints == []


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, False), (1280, True)])
def test_the_form_about_the_picture_is_accessible(live_server, visit, make_draft, make_player, width, dark):
    boss = make_player("boss", is_staff=True, is_superuser=True)
    draft = with_photo(make_draft())
    page = visit(live_server.url, width, dark, player=boss).go(f"/admin/draws/draw/{draft.pk}/change/")
    show_all(page)
    scope = {"include": [["fieldset:has([name=photo])"]]}
    found = Axe().run(page, scope, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
