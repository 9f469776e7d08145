"""On a phone, results and help are one tap away from any page, and no bar covers the button to enter."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Whether a tap in the middle of an element reaches it, where the window shows it.
REACHED = """element => {
  element.scrollIntoView({block: 'center'});
  const {left, top, width, height} = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
IN_SIGHT = """element => {
  const {left, right, top, bottom} = element.getBoundingClientRect();
  return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
}"""


@pytest.mark.parametrize("language", ["en", "en-xa"])
@pytest.mark.parametrize("who", ["player", "visitor"])
def test_results_and_help_are_one_tap_away(live_server, visit, draw, alice, settings, who, language):
    player = alice if who == "player" else None
    page = visit(live_server.url, 390, player=player).go("/")
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )
    for address in ("/", f"/draws/{draw.pk}/", "/winners/", "/help/", "/how-it-works/"):
        page.goto(live_server.url + address)
        for wanted in ("/winners/", "/help/"):
            link = page.locator(f'nav:is(.tabs, .topnav) a[href="{wanted}"]:visible')
            assert link.count() == 1, (address, wanted)
            assert link.evaluate(IN_SIGHT), (address, wanted)
            assert link.evaluate(REACHED), (address, wanted)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_no_bar_covers_the_button_to_enter(live_server, visit, draw, alice):
    page = visit(live_server.url, 390, player=alice).go(f"/draws/{draw.pk}/")
    enter = page.get_by_role("button", name="Enter with 5 coins")
    expect(enter).to_be_visible()
    assert enter.evaluate(REACHED)
