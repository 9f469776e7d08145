"""Reading a page as its visitor does."""

import html
import re
import uuid
from typing import Any

from django.test import Client

from accounts.models import User
from draws.entries.take import Entry, take_tickets
from draws.lifecycle.close import close_due_draws
from draws.models import Draw
from tests.conftest import PASSWORD, let_close


def words(response: Any) -> str:
    """The text of a page: no tags, no pictures, one space between words."""
    text = response.content.decode()
    text = re.sub(r"<(svg|script|head)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return (
        " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()).replace(" ,", ",").replace(" .", ".")
    )


def signed_in(user: User) -> Client:
    """A browser in which the player is signed in."""
    client = Client()
    client.force_login(user)
    return client


def just_proved(user: User) -> Client:
    """A browser in which the player has just given the password again."""
    client = signed_in(user)
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302, answer.status_code
    return client


def take(user: User, draw: Draw, count: int = 1) -> Entry:
    """Take tickets as the site does."""
    return take_tickets(user.pk, draw.pk, count, uuid.uuid4().hex)


def finish(*draws: Draw) -> None:
    """Let draws close and be drawn, paid or refunded."""
    for draw in draws:
        let_close(draw)
    close_due_draws()
    for draw in draws:
        draw.refresh_from_db()
        assert draw.settled_at is not None


def field(response: Any, name: str) -> str:
    """The value of a form's hidden or visible field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', response.content.decode())
    assert found, f"no field {name} on the page"
    return found[1]
