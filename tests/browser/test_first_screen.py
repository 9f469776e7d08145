"""On a phone an open draw is understood and entered without scrolling."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.support.pages import take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HEIGHT = 844
# What one has to know and to press, and that nothing else lies upon it.
FACTS = {
    "title": ".stage h1",
    "picture": ".stage img",
    "prize": ".entry__top .hero__worth",
    "time": ".entry__top .clock",
    "taken": ".entry__top progress",
}
UNCOVERED = """button => {
    const { x, y, width, height } = button.getBoundingClientRect();
    const at = part => document.elementFromPoint(x + width / 2, y + height * part);
    return [.1, .9].every(part => button.contains(at(part)));
}"""


@pytest.fixture
def offered(make_draw, make_player, alice):
    """Open draws that leave a page little room, by what is long on them."""
    terms = {"illustration": "tram", "prize_amount": Decimal(890), "max_participants": 200, "entry_fee": 1}
    name = "An evening at the opera for four, with dinner before and a night in the old town"
    shown = {
        "plain": make_draw(**terms),
        "long title": make_draw(**terms | {"title": name, "illustration": "", "min_participants": 40}),
        "held": make_draw(**terms | {"max_per_player": 40}),
        "prizes": make_draw(**terms | {"winner_count": 3, "prize_coins": 60}),
    }
    take(make_player("rich", coins=1000), shown["held"], 20)
    take(alice, shown["held"], 14)
    return shown


def test_the_button_and_what_it_is_about_are_on_the_first_screen(live_server, visit, offered, alice):
    window = visit(live_server.url, width=390, player=alice)
    visitor = visit(live_server.url, width=390)
    for kind, draw in offered.items():
        for person, name in ((window, "Enter with 1 coin"), (visitor, "Sign in to enter")):
            page = person.go(f"/draws/{draw.pk}/")
            button = page.locator("#entry").get_by_text(name)
            expect(button).to_be_visible()
            expect(page.locator(".buybar")).to_be_hidden()
            ends = {fact: page.locator(part).bounding_box() for fact, part in FACTS.items()}
            ends["button"] = button.bounding_box()
            low = {fact: box["y"] + box["height"] for fact, box in ends.items()}
            assert max(low.values()) <= HEIGHT, f"{kind}: {low}"
            assert button.evaluate(UNCOVERED), kind
            expect(page.locator("#entry")).to_contain_text("1 coin a ticket")
            expect(page.locator("#entry")).to_contain_text(re.compile(r"\d in \d"))
