"""Pictures on the pages and at their addresses: small, described, kept by browsers for good."""

import re
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from draws.pictures import uploads
from draws.pictures.drawn import FIGURES, FRAMES, fingerprint, svg
from draws.pictures.files import read
from tests.support.pages import finish, take
from tests.support.photos import ALT, opened, saved, scene, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("picture_folder")]
IMG = re.compile(r'<img[^>]*src="(?:/pictures/|/static/img/art)[^>]*>')


@pytest.fixture
def photo(make_draw):
    """A draw with a photo, closing last."""
    draw = make_draw(title="A bicycle")
    files = read(upload(saved(scene(1600, 1000))))
    uploads.set_picture(draw.pk, files, f'{ALT} & a "bell" <b>', actor=None)
    draw.refresh_from_db()
    return draw


def images(client, address):
    return IMG.findall(client.get(address).content.decode())


def attribute(image, name):
    found = re.search(rf'\b{name}="([^"]*)"', image)
    return found and found[1]


def test_a_photo_is_served_for_good_with_its_size_in_the_page(client, photo):
    [image] = images(client, f"/draws/{photo.pk}/")
    assert (attribute(image, "width"), attribute(image, "height")) == ("1440", "900")
    assert attribute(image, "fetchpriority") == "high"
    assert attribute(image, "loading") is None
    offered = [entry.split() for entry in attribute(image, "srcset").split(", ")]
    assert [width for _, width in offered] == ["480w", "960w", "1440w"]
    for address, width in offered:
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not answer.headers.get("Vary")
        assert f"{opened(answer.content).width}w" == width
    assert client.get(photo.prize_image_url).content == answer.content


def test_what_the_photo_shows_is_said_in_words_and_nothing_in_them_is_markup(client, photo):
    page = client.get(f"/draws/{photo.pk}/").content.decode()
    assert f'alt="{ALT} &amp; a &quot;bell&quot; &lt;b&gt;"' in page
    assert "<b>" not in images(client, f"/draws/{photo.pk}/")[0]


def test_a_browser_that_has_the_photo_is_told_to_keep_it(client, photo):
    first = client.get(photo.prize_image_url)
    again = client.get(photo.prize_image_url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_photo_is_read_without_the_database(client, photo, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(photo.prize_image_url)


@pytest.mark.parametrize(
    "address",
    [
        f"/pictures/{'0' * 32}-480.webp",
        "/pictures/../db.sqlite3",
        "/pictures/..%2f..%2fmanage.py",
        "/pictures/%2e%2e/%2e%2e/etc/passwd",
        "/pictures/notes.txt",
        f"/pictures/{'A' * 32}-480.webp",
        f"/pictures/{'0' * 32}-480.webp%00.txt",
        f"/pictures/{'0' * 32}-480.webp/",
        f"/pictures/{'0' * 32}-480.webp%0a",
        "/pictures/",
    ],
)
def test_no_other_name_is_served(client, photo, picture_folder, address):
    (picture_folder / "notes.txt").write_text("secret")
    answer = client.get(address)
    assert answer.status_code == (400 if "%00" in address else 404)
    assert b"secret" not in answer.content


def test_pictures_are_only_read(client, photo):
    assert client.post(photo.prize_image_url).status_code == 405


def test_the_first_draw_of_the_front_page_is_loaded_at_once_and_the_cards_when_seen(client, photo, make_draw):
    for _ in range(2):
        make_draw()
    hero, *cards = images(client, "/")
    assert attribute(hero, "fetchpriority") == "high"
    assert [attribute(card, "loading") for card in cards] == ["lazy", "lazy"]
    assert [attribute(card, "decoding") for card in cards] == ["async", "async"]


def test_photos_cost_the_pages_no_query_each(client, make_draw, alice):
    client.force_login(alice)

    def queries(address):
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    def with_photo(angle):
        draw = make_draw()
        uploads.set_picture(draw.pk, read(upload(saved(scene().rotate(angle)))), ALT, actor=None)
        take(alice, draw)
        return draw

    draws = [with_photo(0)]
    before = {address: queries(address) for address in ("/", "/tickets/")}
    draws += [with_photo(90), with_photo(180)]
    assert {address: queries(address) for address in before} == before
    finish(draws[0])
    results = queries("/winners/")
    finish(*draws[1:])
    assert queries("/winners/") == results


def test_a_row_of_results_asks_for_the_narrowest_file(client, photo, alice):
    take(alice, photo)
    finish(photo)
    [image] = images(client, "/winners/")
    assert (attribute(image, "sizes"), attribute(image, "loading")) == ("8rem", "lazy")
    assert attribute(image, "src").endswith("-480.webp")


# -- draws that staff gave no picture --


def test_a_draw_without_a_picture_gets_its_own_from_its_number_and_title(client, make_draw):
    one, two = make_draw(), make_draw()
    [first], [second] = images(client, f"/draws/{one.pk}/"), images(client, f"/draws/{two.pk}/")
    address = attribute(first, "src")
    assert address.startswith(f"/pictures/made/{one.pk}-")
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == client.get(address).content
    assert answer.content != client.get(attribute(second, "src")).content


def test_another_title_has_another_address(make_draft):
    draft = make_draft()
    assert fingerprint(draft.pk, "Lisbon") != fingerprint(draft.pk, "Porto")


@pytest.mark.parametrize("shape", FRAMES)
def test_made_pictures_are_small_whole_drawings_without_words_fonts_or_script(shape):
    seen = set()
    for number in [*range(1, 61), 1111, 98765, 1234567, 2**31 - 1]:
        drawn = svg(number, fingerprint(number, "A title"), shape)
        assert len(drawn) < 5_000
        names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(drawn).iter()}
        assert names <= {"svg", "defs", "pattern", "circle", "path", "use", "g", "rect"}
        seen.add(re.sub(r"translate\([^)]*\)|\d+", "", drawn))
    assert len(seen) > 20


def test_where_one_reads_from_right_to_left_the_picture_is_mirrored_and_its_number_is_not(client, draw):
    with translation.override("ar"):
        page = render_to_string("draws/_hero.html", {"draw": draw, "signup_bonus": 50})
    address = re.search(r'srcset="([^"]+)"', page)[1]
    assert address.endswith("-wide-rtl.svg")
    drawn = client.get(address).content.decode()
    assert "scale(-1.02 1.02)" in drawn
    assert drawn.count("scale(-1 1)") == 1


def test_the_number_of_the_draw_is_on_its_picture():
    drawn = svg(4093, "0123abcd")
    for figure in "4093":
        assert FIGURES[figure][1] in drawn
    assert FIGURES["7"][1] not in drawn


@pytest.mark.parametrize(
    "address",
    [
        "12-0123abcg",
        "12-0123abc",
        "-0123abcd",
        "9999999999-0123abcd",
        "99999999999-0123abcd",
        "12-0123abcd-tall",
    ],
)
def test_an_address_that_no_draw_has_is_no_picture(client, address):
    assert client.get(f"/pictures/made/{address}.svg").status_code == 404


def test_a_vip_draw_and_a_chosen_illustration_keep_their_own(client, make_draw):
    drawing = make_draw(illustration="tram")
    [image] = images(client, f"/draws/{drawing.pk}/")
    assert attribute(image, "src") == "/static/img/art/tram-wide.svg"
    assert attribute(image, "alt") == ""
