"""Context processors: what every page may say about the site."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import time_zones
from accounts.looks import THEMES, theme_of
from accounts.notifications import inbox
from accounts.players import player_of


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the currency of prizes, the site's own address, and whether emails can be read here."""
    return {
        "origin": settings.SITE_ORIGIN,
        "currency": settings.PRIZE_CURRENCY,
        "dev_mail": settings.DEBUG,
    }


def looks(request: HttpRequest) -> dict[str, Any]:
    """Return the theme and the languages that a reader may choose, and the theme that they chose."""
    return {
        "theme": theme_of(request),
        "themes": THEMES.items(),
        "languages": settings.LANGUAGES if len(settings.LANGUAGES) > 1 else [],
    }


def clock(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """Return the city of the player's device, on a page that may offer its time."""

    def offered_city() -> str:
        player = player_of(request)
        return time_zones.offered(request, player) if player else ""

    return {"offered_city": offered_city, "offered_zone": lambda: time_zones.of_browser(request)}


def bell(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Return a count of unread messages that queries once, and only on a page that shows it."""

    @cache
    def unread_messages() -> int:
        player = player_of(request)
        return inbox.unread(player) if player else 0

    return {"unread_messages": unread_messages}
