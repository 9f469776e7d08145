"""The pages of a site before its first draw: each says what will be there, and none looks broken."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import judging
from tests.browser.places import Place, everyone, once
from tests.browser.walking import named
from tests.browser.world import World, on_the_first_day

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

NOVA = "newcomer"
FIRST_DAY = [
    *everyone("first day, no draws", "draws:list", "/", signed_in=NOVA),
    Place("first day, no draws of mine", "draws:list", "/?show=mine", NOVA),
    *everyone("first day, no results", "draws:winners", "/winners/", signed_in=NOVA),
    Place("first day, no old site", "draws:old_winners", "/winners/old-site/"),
    Place("first day, an empty log", "draws:log", "/log/"),
    Place("first day, no tickets", "draws:tickets", "/tickets/", NOVA),
    Place("first day, no wins", "draws:tickets", "/tickets/?show=won", NOVA),
    Place("first day, coins", "ledger:coins", "/coins/", NOVA),
    Place("first day, messages", "accounts:messages", "/messages/", NOVA),
    Place("first day, data", "accounts:data", "/profile/data/", NOVA),
    Place("first day, how it works", "draws:how", "/how-it-works/"),
    Place("first day, no such draw", "draws:detail", "/draws/1/"),
]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    """Nobody has written a draw yet."""
    with django_db_blocker.unblock(), on_the_first_day() as world:
        yield world


@pytest.mark.parametrize("place", once(FIRST_DAY), ids=named)
def test_a_page_of_the_first_day_is_right_for_everyone(place, window, world):
    assert judging.wrong_for_anyone(window(place.who), world, place) == []


@pytest.mark.nightly
@pytest.mark.parametrize("place", FIRST_DAY, ids=named)
def test_a_page_of_the_first_day_is_right_in_every_window_and_theme(place, window, world):
    assert judging.violations_in_other_sights(window(place.who), world, place) == []


@pytest.mark.parametrize("place", FIRST_DAY, ids=named)
def test_a_page_of_the_first_day_says_the_same_without_script(place, window, world):
    assert judging.wrong_without_script(window(place.who, script=False), world, place) == []


def test_every_list_of_the_first_day_says_what_will_be_there(window, world):
    said = {
        "/": "No draw is open right now",
        "/winners/": "Nothing drawn yet",
        "/winners/old-site/": "Nothing was imported",
        "/log/": "There are no records yet",
        "/tickets/": "No tickets yet",
    }
    for path, words in said.items():
        page = window(NOVA)
        page.goto(world.origin + path)
        assert words in page.locator("main").inner_text(), path


def test_the_first_day_is_photographed(request, window, world):
    folder = request.config.getoption("--screenshots")
    if not folder:
        pytest.skip("runs with --screenshots FOLDER")
    for place in FIRST_DAY:
        judging.photograph(window(place.who), world, place, Path(folder))
