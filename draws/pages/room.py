"""Reads for the draw room, and the sentences of its scripts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_noop, ngettext

from accounts.models import User
from draws.models import Draw, LogRecord, Seal
from draws.pages.draws import Held, drawn_first, held_in
from draws.proof.public_seals import pseudonym_of, public_seals

# The room begins to roll the numbers so long after the result, so that everyone who watches has it by then.
LEAD = timedelta(seconds=15)
# Longer lists take too long to fetch and to roll while everyone waits; the result is shown at once instead.
MOST_TICKETS = 100_000
PLACES_SHOWN = 50

SENTENCES = [
    gettext_noop("The numbers are rolled in %(seconds)s"),
    gettext_noop("Getting the draw’s document"),
    gettext_noop("Roll %(n)s"),
    gettext_noop("No such ticket: the list ends at %(total)s."),
    gettext_noop("Skipped: this ticket has won a prize already."),
    gettext_noop("Skipped: the player who holds it has won a prize already."),
    gettext_noop("It wins the prize."),
    gettext_noop("It wins prize %(place)s."),
    gettext_noop("It is reserve %(place)s."),
    gettext_noop("This is your ticket."),
    gettext_noop("It wins the prize. It is yours!"),
    gettext_noop("It wins prize %(place)s. It is yours!"),
    gettext_noop("Your ticket won."),
    gettext_noop("None of your tickets was drawn this time."),
    gettext_noop("The draw is done."),
    gettext_noop(
        "The document does not give this result, so nothing is played. Check the draw, and keep the document."
    ),
    gettext_noop(
        "The draw’s document could not be fetched. Your tickets are safe; reload the page to try again."
    ),
]
COUNTED: dict[str, Callable[[int], str]] = {
    "%(count)s more number skipped in between": lambda n: ngettext(
        "%(count)s more number skipped in between", "%(count)s more numbers skipped in between", n
    ),
}


@dataclass(frozen=True)
class Room:
    """What the draw room shows of a draw to one viewer; `ref` is the viewer's name in the frozen list."""

    draw: Draw
    seal: Seal | None
    held: Held
    ref: str
    frozen: datetime | None
    drawn: datetime | None
    places: list[int]

    @property
    def begins(self) -> datetime | None:
        """When the numbers are rolled, the same moment for everyone."""
        return self.drawn + LEAD if self.drawn else None

    @property
    def is_rolling(self) -> bool:
        """Whether nothing is missing but the numbers themselves."""
        return self.frozen is not None and not self.draw.is_beacon and not self.draw.has_ended

    @property
    def is_too_long(self) -> bool:
        """Whether the list has too many tickets to roll the numbers on the page."""
        return self.draw.current_participants > MOST_TICKETS


def room_of(draw: Draw, viewer: User | None) -> Room:
    """Return what the room of a published draw shows: at most five queries."""
    held = held_in(viewer, draw.pk)
    times = dict(LogRecord.objects.filter(draw=draw).values_list("kind", "time"))
    places = drawn_first(draw.winner_count).filter(draw=draw).values_list("ticket__ticket_number", flat=True)
    return Room(
        draw=draw,
        seal=public_seals().filter(pk=draw.pk).first(),
        held=held,
        ref=pseudonym_of(viewer, draw.pk).ref if viewer and held.count else "",
        frozen=_moment(times.get("freeze")),
        drawn=_moment(times.get("result")),
        places=list(places[:PLACES_SHOWN]) if draw.drawn_at else [],
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
