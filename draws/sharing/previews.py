"""What a link to a draw shows where it is shared: a sentence, a picture, and the event for search engines."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.text import wording
from draws.models import Draw
from draws.templatetags.draw_art import paper

SCHEMA = "https://schema.org/"
ENDED = {Draw.State.CANCELLED, Draw.State.VOID}


@dataclass(frozen=True)
class Preview:
    """A draw's public facts in words. They name no player and no winner."""

    number: int
    title: str
    state: str
    worth: str
    facts: str
    stock: str

    @property
    def fingerprint(self) -> str:
        """What the picture shows, as a part of its address: another picture has another address."""
        shown = [self.number, self.title, self.state, self.worth, self.facts, self.stock]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:12]

    @property
    def sentence(self) -> str:
        """All of it but the title, in one line."""
        return ". ".join(part for part in (self.worth, self.facts, self.state) if part) + "."


def preview(draw: Draw) -> Preview:
    """Return what a link to a published draw shows, in the language of the moment."""
    return Preview(draw.pk, draw.title, _state(draw), worth(draw), _facts(draw), paper(draw))


def worth(draw: Draw) -> str:
    """Return what is won in words: "€900", "121 coins", both, or nothing."""
    value = f"{settings.PRIZE_CURRENCY}{wording.money(draw.prize_amount)}" if draw.prize_amount else ""
    coins = wording.coins(draw.prize_coins) if draw.prize_coins else ""
    if value and coins:
        return _("%(value)s and %(coins)s") % {"value": value, "coins": coins}
    return value or coins


def address(draw: Draw) -> str:
    """Return the whole address of the draw's page."""
    return str(settings.SITE_ORIGIN + reverse("draws:detail", args=[draw.pk]))


def card_address(draw: Draw) -> str:
    """Return the whole address of the picture that a link to the draw shows."""
    return str(settings.SITE_ORIGIN + reverse("draws:card", args=[draw.pk, preview(draw).fingerprint]))


def event(draw: Draw) -> dict[str, Any]:
    """Return the draw as an Event of schema.org, for search engines."""
    status = "EventCancelled" if draw.state in ENDED else "EventScheduled"
    place = {"@type": "VirtualLocation", "url": address(draw)}
    return {
        "@context": SCHEMA,
        "@type": "Event",
        "name": draw.title,
        "description": draw.description or preview(draw).sentence,
        "startDate": draw.draw_time.isoformat(),
        "eventStatus": SCHEMA + status,
        "eventAttendanceMode": f"{SCHEMA}OnlineEventAttendanceMode",
        "location": place,
        "isAccessibleForFree": True,
        "image": card_address(draw),
        "organizer": {"@type": "Organization", "name": "Lucky11", "url": settings.SITE_ORIGIN},
    }


def _state(draw: Draw) -> str:
    if draw.drawn_at:
        return _("Drawn %(day)s") % {"day": _day(draw.drawn_at)}
    if draw.cancelled_at:
        return _("No draw: every coin goes back")
    if draw.is_open:
        return _("Closes %(day)s at %(time)s UTC") % {
            "day": _day(draw.draw_time),
            "time": f"{draw.draw_time:%H:%M}",
        }
    return _("Closed, about to be drawn")


def _day(moment: datetime) -> str:
    # Everyone sees the same picture, also tomorrow: no "today", and no reader's own time zone.
    return date_format(moment.astimezone(UTC), "DATE_FORMAT")


def _facts(draw: Draw) -> str:
    odds = _("at least %(prizes)s in %(tickets)s for each ticket") % {
        "prizes": wording.grouped(draw.winner_count),
        "tickets": wording.grouped(draw.max_participants),
    }
    return _("%(coins)s a ticket, %(odds)s") % {"coins": wording.coins(draw.entry_fee), "odds": odds}
