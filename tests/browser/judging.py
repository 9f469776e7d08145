"""What is wrong with a page, for anyone who may look at it."""

from pathlib import Path

from django.test import override_settings
from playwright.sync_api import Page

from tests.browser import looking
from tests.browser.places import Place
from tests.browser.walking import named, visit
from tests.browser.world import World

SIGHTS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
# What only script can do.
ONLY_SCRIPT = "[data-step], [data-copy], [data-script], [data-tools], [data-passkey]"


def wrong_for_anyone(page: Page, world: World, place: Place) -> list[str]:
    """What is wrong there: any window, both themes, letters, directions and keys, in the usual sizes."""
    with visit(page, world, place) as (seen, answer):
        wrong = seen.complaints
        wrong += looking.invalid_html(page, answer.text())
        looking.ask(page, "unfold")
        wrong += looking.ask(page, "squeezed")
        wrong += looking.ask(page, "names") + looking.ask(page, "inline")
        wrong += looking.walk(page)
        looking.add_style(page, looking.UNSTUCK)
        wrong += looking.violations(page, **options_of(place))
        wrong += large_and_turned_round(page, 1280)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 390, "height": 844})
        wrong += looking.too_wide(page, 390)
        wrong += [f"dark: {line}" for line in looking.violations(page, looking.SMALL_IN_THE_DARK)]
        wrong += looking.ask(page, "smallTargets")
        page.set_viewport_size({"width": 320, "height": 640})
        wrong += narrow_and_turned_round(page)
    return wrong


def violations_in_other_sights(page: Page, world: World, place: Place) -> list[str]:
    """What axe finds in each window and theme that `wrong_for_anyone` has not looked at with all rules."""
    with visit(page, world, place):
        looking.add_style(page, looking.UNSTUCK)
        wrong = []
        for width, theme in SIGHTS[1:]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            wrong += [f"{width} {theme} {line}" for line in looking.violations(page, **options_of(place))]
    return wrong


def wrong_without_script(page: Page, world: World, place: Place) -> list[str]:
    """Whether the page says nothing, or offers what only script can do."""
    with override_settings(DEBUG=place.developer):
        page.goto(world.origin + place.path.format(**world.numbers))
        wrong = [] if page.locator("h1").first.is_visible() else ["no heading"]
        wrong += [] if len(page.locator("main").inner_text()) > 20 else ["no text"]
        return wrong + [str(one) for one in page.locator(ONLY_SCRIPT).all() if one.is_visible()]


def photograph(page: Page, world: World, place: Place, folder: Path) -> None:
    """Leave a picture of the place in each window and theme."""
    with visit(page, world, place):
        looking.add_style(page, looking.UNSTUCK)
        for width, theme in SIGHTS:
            page.set_viewport_size({"width": width, "height": 844 if width < 600 else 800})
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            path = folder / f"{place.address.replace(':', '-')}--{named(place)}--{width}-{theme}.png"
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
