"""Going to the places of `every_page.py`, one after the other, as whoever looks at them."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.test import override_settings
from django.urls import resolve
from playwright.sync_api import Page, Response

from tests.browser.conftest import Visit
from tests.browser.every_page import Place
from tests.browser.world import World

# What is asked for there is shown by another page, or by none of the site.
LEADS_ELSEWHERE = {"draws:enter", "ledger:daily", "nowhere", "broken"}


@contextmanager
def visit(page: Page, world: World, place: Place, language: str = "") -> Iterator[tuple[Visit, Response]]:
    """The page of a place, after what is to be done there; what its console complains about; its answer."""
    visit = Visit(page, world.origin)
    answers: list[Response] = []

    def keep(response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == page.main_frame:
            answers.append(response)

    def break_(error: object) -> None:
        visit.hear(str(error))

    listeners = {
        "response": keep,
        "console": lambda said: visit.hear(said.text) if said.type == "error" else None,
        "pageerror": break_,
    }
    for name, listener in listeners.items():
        page.on(name, listener)  # type: ignore[call-overload]
    with override_settings(DEBUG=place.developer):
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 800})
        _come(page, world, place, language)
        status = answers[-1].status
        assert status == place.status if place.status else status < 500, f"the site is broken here: {status}"
        if place.address not in LEADS_ELSEWHERE:
            assert resolve(urlsplit(page.url).path).view_name == place.address
        yield visit, answers[-1]
    for name, listener in listeners.items():
        page.remove_listener(name, listener)


def _come(page: Page, world: World, place: Place, language: str) -> None:
    """Do in English what is to be done there, up to the last press; what answers it is in the language."""
    world.language = language
    page.context.clear_cookies(name=world.language_cookie)
    if not place.acts:
        world.speak(page)
    page.goto(world.origin + place.path.format(**world.numbers))
    place.act(page, world)
    if language and page.locator("html").get_attribute("lang") != language:
        world.speak(page)
        page.reload()


def named(place: Place) -> str:
    """A place's name for a test's name."""
    return place.name.replace(" ", "-")
