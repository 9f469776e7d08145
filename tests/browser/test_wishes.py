"""What a reader’s device asks for is done: less motion, more contrast, own colours, paper."""

import logging

import pytest
from playwright.sync_api import expect

from tests.browser import looking
from tests.support.pages import take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BORDERLESS = """() => [...document.querySelectorAll(
        ".btn:not(:disabled), .half, .mini, .tag, .panel, .notice, .bar, .seal, .step, .copy, .purse")]
    .filter(one => one.checkVisibility() && getComputedStyle(one).borderStyle === "none")
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def guide(live_server, visit, settings):
    settings.DEBUG = True
    window = visit(live_server.url)
    window.go("/styleguide/")
    return window


def test_in_the_readers_own_colours_every_part_still_has_its_edges(guide):
    page = guide.page
    page.emulate_media(forced_colors="active")
    assert page.evaluate(BORDERLESS) == []
    page.emulate_media(forced_colors="none")
    assert len(page.evaluate(BORDERLESS)) > 20, "only then"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_who_asks_for_more_contrast_gets_it(guide, theme):
    page = guide.page
    soft = "getComputedStyle(document.querySelector('.soft')).color"
    text = "getComputedStyle(document.body).color"
    page.emulate_media(color_scheme=theme)
    assert page.evaluate(soft) != page.evaluate(text)
    page.emulate_media(color_scheme=theme, contrast="more")
    assert page.evaluate(soft) == page.evaluate(text)
    looking.add_style(page, looking.UNSTUCK)
    found = looking.violations(page, {"type": "rule", "values": ["color-contrast"]})
    assert found == []


def test_who_asks_for_less_motion_sees_nothing_move(guide):
    page = guide.page
    moving = "document.getAnimations().length"
    assert page.evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.wait_for_function(f"{moving} === 0")


def test_on_paper_an_entry_is_its_receipt(live_server, visit, draw, alice):
    page = visit(live_server.url, player=alice).go(f"/draws/{draw.pk}/")
    page.get_by_role("button", name="Enter with 5 coins").click()
    receipt = page.locator(".receipt")
    expect(receipt).to_be_visible()
    page.emulate_media(media="print")
    for part in (".top", ".foot", ".draw__side", ".draw__main", ".back"):
        expect(page.locator(part).first).to_be_hidden()
    expect(receipt).to_contain_text("5 coins spent, 45 left")
    expect(receipt.get_by_text("opening fingerprint")).to_be_visible()
    for fact in ("Lucky11, http", alice.email, f"{draw.pk}, {draw.title}", "Tickets taken", "Closes"):
        expect(receipt).to_contain_text(fact)
    expect(receipt.locator(".on-paper")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(draw.title)
    page.emulate_media(media="screen")
    expect(receipt.locator(".on-paper")).to_be_hidden()


def test_on_paper_what_opens_is_open_and_what_is_pressed_is_not_there(live_server, visit, ended):
    page = visit(live_server.url).go(f"/draws/{ended.pk}/")
    fingerprints = page.locator(".prints").get_by_text(bytes(ended.seal.open_hash).hex())
    expect(fingerprints).to_be_hidden()
    page.emulate_media(media="print")
    expect(fingerprints).to_be_visible()
    for part in (".acts", ".tabs", ".top", "#seal .btn"):
        expect(page.locator(part).first).to_be_hidden()
    assert page.locator("#entry").evaluate("one => getComputedStyle(one).breakInside") == "avoid"


@pytest.mark.parametrize("way", ["eval(text)", "new Function(text)()"])
def test_a_page_lets_no_script_run_text(live_server, visit, way):
    page = visit(live_server.url).go("/how-it-works/")
    # A moment later, because what a test says itself is not held to the page's policy.
    said = page.evaluate(
        """() => new Promise((done) => setTimeout(() => {
            const text = "document.title = 'smuggled'";
            try { WAY; done("it ran"); } catch (error) { done(error.name); }
        }))""".replace("WAY", way)
    )
    assert said == "EvalError"
    assert page.title() != "smuggled"


def test_smuggled_in_script_does_not_run_and_is_reported(live_server, visit, caplog):
    page = visit(live_server.url).go("/how-it-works/")
    with caplog.at_level(logging.WARNING), page.expect_response("**/csp-report/") as reported:
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'smuggled'";
                document.body.append(script);
            }"""
        )
    assert reported.value.status == 204
    assert page.title() != "smuggled"
    assert "'script-src-elem' kept 'inline' from draws:how" in caplog.text


def test_pictures_turn_round_with_the_text_and_the_way_back_points_back(live_server, visit, draw, alice):
    take(alice, draw)
    page = visit(live_server.url, player=alice).go(f"/draws/{draw.pk}/")
    arrow = page.locator(".back svg")
    assert arrow.evaluate("one => getComputedStyle(one).transform") == "none"
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert arrow.evaluate("one => getComputedStyle(one).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    side, stage = (page.locator(part).bounding_box() for part in (".draw__side", ".stage"))
    assert side["x"] < stage["x"]
