"""Every page in every state, for everyone: any window, theme, script and direction, letters and keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import get_resolver

from lucky11.urls import urlpatterns as of_the_site
from tests.browser import judging, looking
from tests.browser.every_page import PLACES, SOMEBODY
from tests.browser.no_pages import NOT_PAGES
from tests.browser.places import once
from tests.browser.walking import named

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

# What is most looked at is looked at in more than one state in every run.
OFTEN = (
    *(
        "open draws, signed in",
        "draw, drawn",
        "draw, sold out",
        "draw, open",
        "draw, with a photo",
        "draw, staff",
    ),
    *("entered", "not entered, not enough coins", "result, won coins", "result, won a prize to claim"),
    *("checked, it holds", "checked, it does not hold", "join, mistakes", "account, mistakes"),
)
# Each page once as it comes, for each who sees it: what is done on it there needs a script.
SHOWN = {(place.who, place.path): place for place in reversed(PLACES) if place.who != SOMEBODY}


def test_every_address_of_the_site_is_a_place_or_known_to_be_no_page():
    known = {place.address for place in PLACES} | set(NOT_PAGES)
    missing = {name or pattern for name, pattern in addresses()} - known
    # allauth's old addresses have no name, and lead to the ones that have.
    missing -= {pattern for name, pattern in addresses() if not name and pattern.startswith("social/")}
    assert missing == set()


def test_the_map_names_no_address_that_is_gone():
    there = {name or pattern for name, pattern in addresses()}
    assert {place.address for place in PLACES} - {"nowhere", "broken"} <= there
    assert set(NOT_PAGES) <= there


def test_no_address_is_both_a_page_and_none_and_no_two_places_have_one_name():
    assert {place.address for place in PLACES} & set(NOT_PAGES) == set()
    assert len({place.name for place in PLACES}) == len(PLACES)


def addresses() -> Iterator[tuple[str, str]]:
    """The name and the pattern of every address but the admin's, which has tests of its own."""

    def walk(patterns, space):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                if pattern.namespace != "admin":
                    inside = f"{space}{pattern.namespace}:" if pattern.namespace else space
                    yield from walk(pattern.url_patterns, inside)
            else:
                yield (space + pattern.name if pattern.name else ""), str(pattern.pattern)

    assert get_resolver("lucky11.urls").url_patterns is of_the_site
    yield from walk(of_the_site, "")


def test_what_is_looked_at_often_is_there():
    assert set(OFTEN) <= {place.name for place in PLACES}


@pytest.mark.parametrize("place", once(PLACES, *OFTEN), ids=named)
def test_a_page_is_right_for_everyone(place, window, world):
    assert judging.wrong_for_anyone(window(place.who), world, place) == []


@pytest.mark.nightly
@pytest.mark.parametrize("place", PLACES, ids=named)
def test_a_page_is_right_in_every_window_and_theme(place, window, world):
    assert judging.violations_in_other_sights(window(place.who), world, place) == []


@pytest.mark.parametrize("place", once(list(SHOWN.values())), ids=named)
def test_a_page_says_the_same_without_script(place, window, world):
    assert judging.wrong_without_script(window(place.who, script=False), world, place) == []


PLANTED = {
    "no ring": "one.style.outline = 'none'",
    "out of the window": "one.style.cssText = 'position: fixed; inset-inline-start: -900px'",
    "covered": """const cover = document.createElement('div');
        cover.style.cssText = 'position: fixed; inset: 0; z-index: 99; background: white';
        one.after(cover)""",
    "out of order": "document.querySelector('.skip').tabIndex = one.tabIndex = 1",
    "stays at": "one.addEventListener('keydown', (event) => event.preventDefault())",
    "begins with": "document.querySelector('.skip').tabIndex = -1",
}


@pytest.mark.parametrize("wrong", PLANTED)
def test_what_is_wrong_on_the_way_by_key_is_found(wrong, window, world):
    page = window("visitor")
    page.goto(f"{world.origin}/how-it-works/")
    page.evaluate(
        f"""() => {{
            const one = document.createElement("button");
            one.textContent = "Planted";
            document.querySelector("main").append(one);
            {PLANTED[wrong]};
        }}"""
    )
    assert any(line.startswith(f"by key, {wrong}") for line in looking.walk(page))


@pytest.mark.timeout(3600)  # as long as it takes: four pictures of each
def test_every_page_is_photographed(request, window, world):
    """For people to look at: `bin/screenshots FOLDER`."""
    folder = request.config.getoption("--screenshots")
    if not folder:
        pytest.skip("runs with --screenshots FOLDER")
    for place in PLACES:
        judging.photograph(window(place.who), world, place, Path(folder))
