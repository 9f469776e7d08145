"""A page in one state, and what people do to bring a page into one."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection
from django.test import override_settings
from playwright.sync_api import Page

from accounts.models import OutboxEmail
from tests.browser.checking import choose, verdict
from tests.browser.world import World
from tests.races.together import wait_until
from tests.support.nightly import at_night
from tests.support.old_site import address

# Somebody whom nobody has seen before: a window of their own for the page.
SOMEBODY = "somebody"

Act = Callable[[Page, World], None]

# Ends whoever waits for a lock that this connection holds.
END_WAITERS = """SELECT pg_terminate_backend(pid) FROM pg_locks
                 WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"""


def nothing(page: Page, world: World) -> None:
    """Look at the page as it comes."""


@dataclass(frozen=True)
class Place:
    """A page in one state: its address's name, who looks, where, and what they do there first.

    `status` is said where the page is there because something of ours, or the provider's, broke.
    """

    name: str
    address: str
    path: str
    who: str = "visitor"
    act: Act = field(default=nothing, compare=False)
    developer: bool = False
    status: int = 0

    @property
    def acts(self) -> bool:
        """Whether anything is done there first."""
        return self.act is not nothing


def once(places: list[Place], *more: str) -> list[Any]:
    """The places for a test: each address's first and those of these names in every run, others at night."""
    first = {place.address: place for place in reversed(places)}
    return [
        place if first[place.address] is place or place.name in more else at_night(place) for place in places
    ]


def fill(button: str, **fields: str | bool) -> Act:
    """Fill the form's fields and press its button."""

    def act(page: Page, world: World) -> None:
        # The browser's own checks of a form come before ours.
        page.evaluate(
            """() => {
                for (const form of document.forms) form.noValidate = true;
                for (const box of document.querySelectorAll("[maxlength]")) box.removeAttribute("maxlength");
            }"""
        )
        for name, value in fields.items():
            box = page.locator(f"main [name={name}]")
            if isinstance(value, bool):
                box.set_checked(value)
            else:
                box.fill(value.format(**{key: str(player.email) for key, player in world.players.items()}))
        world.speak(page)
        with page.expect_navigation():
            page.get_by_role("main").get_by_role("button", name=button, exact=True).click()

    return act


def collect(page: Page, world: World) -> None:
    # Once a day: the second look finds it done.
    if page.get_by_role("button", name="Collect 3 coins").count():
        fill("Collect 3 coins")(page, world)


def post_without_token(page: Page, world: World) -> None:
    world.speak(page)
    with page.expect_navigation():
        page.evaluate(
            """() => {
                const form = document.createElement("form");
                form.method = "post";
                form.action = "/coins/daily/";
                document.body.append(form);
                form.submit();
            }"""
        )


def reset_to_the_new_password(page: Page, world: World) -> None:
    fill("Send me a code", email="{bob}")(page, world)
    mail = OutboxEmail.objects.filter(recipient=world.players["bob"].email).latest("pk")
    code = re.search(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", mail.text, re.MULTILINE)
    assert code, mail.text
    page.locator("main [name=code]").fill(code[1])
    with page.expect_navigation():
        page.locator("main [name=code]").press("Enter")


def ask_for(tickets: int) -> Act:
    """Send the entry form for so many tickets, whatever the page's script thinks of it."""

    def act(page: Page, world: World) -> None:
        world.speak(page)
        with page.expect_navigation():
            _send(page, tickets)

    return act


def ask_too_fast(page: Page, world: World) -> None:
    with override_settings(RATE_LIMIT_PLAYER=0):
        ask_for(1)(page, world)


def lose_the_answer(page: Page, world: World) -> None:
    """The database ends the connection while the tickets are being taken."""
    world.speak(page)
    with psycopg.connect(address(str(connection.settings_dict["NAME"]))) as other, page.expect_navigation():
        other.execute("SELECT FROM draws WHERE id = %s FOR UPDATE", [world.numbers["open"]])
        _send(page, 1)
        wait_until(lambda: other.execute(END_WAITERS).fetchall(), "somebody waits for the draw")


def check_it(page: Page, world: World) -> None:
    page.get_by_role("button", name="Check this draw in your browser").click()
    verdict(page)


def check(document: dict[str, Any] | bytes) -> Act:
    """Have the page check a document that somebody kept."""

    def act(page: Page, world: World) -> None:
        choose(page, document)
        verdict(page)

    return act


def _send(page: Page, tickets: int) -> None:
    page.evaluate(
        """tickets => {
            const form = document.querySelector("#entry");
            form.elements.tickets.value = tickets;
            form.submit();
        }""",
        tickets,
    )


def everyone(name: str, address: str, path: str, signed_in: str = "alice") -> list[Place]:
    """A page as visitors see it, and as a player does."""
    return [Place(name, address, path), Place(f"{name}, signed in", address, path, who=signed_in)]
