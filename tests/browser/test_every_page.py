"""Every page in every state, for everyone: any window, theme, script and direction, letters and keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import get_resolver
from playwright.sync_api import Page

from lucky11.urls import urlpatterns as of_the_site
from tests.browser import looking
from tests.browser.every_page import PLACES, SOMEBODY, Place
from tests.browser.no_pages import NOT_PAGES
from tests.browser.walking import named, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


SIGHTS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


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


@pytest.mark.parametrize("place", PLACES, ids=named)
def test_a_page_is_right_for_everyone(place, window, world):
    page = window(place.who)
    with visit(page, world, place) as (seen, answer):
        wrong = seen.complaints
        wrong += looking.invalid_html(page, answer.text())
        looking.ask(page, "unfold")
        wrong += looking.ask(page, "squeezed")
        wrong += looking.ask(page, "names") + looking.ask(page, "inline")
        looking.add_style(page, looking.UNSTUCK)
        wrong += looking.violations(page, **options_of(place))
        wrong += large_and_turned_round(page, 1280)
        wrong += looking.ask(page, "unseenFocus")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 390, "height": 844})
        wrong += looking.too_wide(page, 390)
        wrong += [f"dark: {line}" for line in looking.violations(page, looking.SMALL_IN_THE_DARK)]
        wrong += looking.ask(page, "smallTargets")
        page.set_viewport_size({"width": 320, "height": 640})
        wrong += narrow_and_turned_round(page)
    assert wrong == []


@pytest.mark.nightly
@pytest.mark.parametrize("place", PLACES, ids=named)
def test_a_page_is_right_in_every_window_and_theme(place, window, world):
    page = window(place.who)
    with visit(page, world, place):
        looking.add_style(page, looking.UNSTUCK)
        wrong = []
        for width, theme in [(1280, "dark"), (390, "light"), (390, "dark")]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)
            wrong += [f"{width} {theme} {line}" for line in looking.violations(page, **options_of(place))]
    assert wrong == []


@pytest.mark.parametrize("place", [place for place in PLACES if place.who != SOMEBODY], ids=named)
def test_a_page_says_the_same_without_script(place, window, world):
    page = window(place.who, script=False)
    with override_settings(DEBUG=place.developer):
        page.goto(world.origin + place.path.format(**world.numbers))
        assert page.locator("h1").first.is_visible()
        assert len(page.locator("main").inner_text()) > 20
        # What only script can do is not offered.
        only = "[data-step], [data-copy], [data-script], [data-tools], [data-passkey]"
        assert [one for one in page.locator(only).all() if one.is_visible()] == []


def test_every_page_is_photographed(request, window, world):
    """For people to look at: `bin/screenshots FOLDER`."""
    folder = request.config.getoption("--screenshots")
    if not folder:
        pytest.skip("runs with --screenshots FOLDER")
    for place in PLACES:
        page = window(place.who)
        with visit(page, world, place):
            looking.add_style(page, looking.UNSTUCK)
            for width, theme in SIGHTS:
                page.set_viewport_size({"width": width, "height": 844 if width < 600 else 800})
                page.emulate_media(color_scheme=theme)
                path = (
                    Path(folder) / f"{place.address.replace(':', '-')}--{named(place)}--{width}-{theme}.png"
                )
                page.screenshot(path=path, full_page=True)
                assert path.stat().st_size > 5000


def options_of(place: Place) -> dict[str, object]:
    # There the same part stands on one page in many states.
    if place.address == "styleguide":
        return {"rules": {"landmark-unique": {"enabled": False}}}
    return {}


def large_and_turned_round(page: Page, width: int) -> list[str]:
    wrong = looking.too_wide(page, width)
    for name, rules in {"large": [looking.LARGE], "": []}.items():
        looking.add_style(page, looking.UNSTUCK, *rules)
        wrong += [f"{name} {line}" for line in looking.too_wide(page, width)]
    page.evaluate("document.documentElement.dir = 'rtl'")
    wrong += [f"from right to left: {line}" for line in looking.too_wide(page, width)]
    page.evaluate("document.documentElement.dir = 'ltr'")
    return wrong


def narrow_and_turned_round(page: Page) -> list[str]:
    wrong = []
    for direction in ("ltr", "rtl"):
        page.evaluate("direction => { document.documentElement.dir = direction; }", direction)
        for name, rules in {"": [], "wide letters": [looking.SPACED]}.items():
            looking.add_style(page, looking.UNSTUCK, *rules)
            wrong += [f"{direction} {name} {line}" for line in looking.too_wide(page, 320)]
    return wrong
