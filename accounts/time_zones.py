"""Time zones as people know them, by their cities, and which one a browser says that it is in."""

import zoneinfo
from datetime import timedelta
from functools import cache

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from common.text import wording

# Set by the script of every page. It is what the device shows, and no more.
COOKIE = "time_zone"
# The device's zone that a player said no to.
KEPT_COOKIE = "time_zone_kept"
# The database holds this too: accounts/sql/users_time_zone_triggers.sql.
ZONE_KEPT = timedelta(days=7)
# The other names of zones, which the list leaves out.
ALIASES = {"Etc", "posix", "right", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico"}


@cache
def names() -> frozenset[str]:
    """Return the names of all zones that a player may have."""
    known = {name for name in zoneinfo.available_timezones() if "/" in name}
    return frozenset(known | {"UTC"})


@cache
def labels() -> dict[str, str]:
    """Return the cities to choose from, each with the name of its zone: Lisbon, Europe → Europe/Lisbon."""
    listed = [name for name in names() if name.partition("/")[0] not in ALIASES]
    return dict(sorted((label_of(name), name) for name in listed))


def label_of(name: str) -> str:
    """Return how a zone is shown in the list: its city, and what tells it from another of that name."""
    return ", ".join(part.replace("_", " ") for part in reversed(name.split("/")))


def find(typed: str) -> str:
    """Return the zone that somebody means by a city, a line of the list or a zone's name; "" if none is."""
    wanted = " ".join(typed.split()).casefold()
    for name in names():
        if wanted in (name.casefold(), label_of(name).casefold()):
            return name
    cities = [name for label, name in labels().items() if label.partition(",")[0].casefold() == wanted]
    return cities[0] if len(cities) == 1 else ""


def of_browser(request: HttpRequest) -> str:
    """Return the zone that the visitor's device is in, as far as its browser told; else ""."""
    name = request.COOKIES.get(COOKIE, "")
    return name if name in names() else ""


def offered(request: HttpRequest, player: User) -> str:
    """Return the city of the device if its clock differs from the player's and they may change; else ""."""
    name = of_browser(request)
    if not name or name == request.COOKIES.get(KEPT_COOKIE) or not may_change(player):
        return ""
    now = timezone.now()
    if now.astimezone(zoneinfo.ZoneInfo(name)).utcoffset() == now.astimezone(player.tz).utcoffset():
        return ""
    return wording.city(name)


def may_change(player: User) -> bool:
    """Return whether the player did not change their zone in the last week."""
    changed_at = player.time_zone_changed_at
    return changed_at is None or changed_at + ZONE_KEPT <= timezone.now()
