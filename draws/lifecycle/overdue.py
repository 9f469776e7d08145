"""Overdue draws: what should have happened by now and did not, the first thing staff see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import FloatField, Q, QuerySet
from django.db.models.functions import Extract, Now
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from draws.beacon import chain
from draws.models import Draw

# The sweeps run every second; a minute late is worth a look.
PATIENCE = timedelta(minutes=1)
SHOWN = 20


@dataclass(frozen=True)
class Overdue:
    """A draw that waits, since when, and what for."""

    draw: Draw
    since: datetime
    why: str


def overdue_draws(rows: QuerySet[Draw]) -> QuerySet[Draw]:
    """Return those of `rows` that are not frozen, drawn or settled a minute after they should be."""
    late = Now() - PATIENCE
    not_frozen = Q(is_active=True, draw_time__lt=late)
    undrawn = Q(frozen_at__lt=late, drawn_at__isnull=True, cancelled_at__isnull=True)
    # A draw that waits for its round is in time until the round is late.
    rounds_due = Extract(late, "epoch", output_field=FloatField()) - chain.CHAIN.genesis
    waits = Q(seal__round__gt=rounds_due / chain.CHAIN.period + 1)
    not_drawn = undrawn & (Q(seal__round__isnull=True) | ~waits)
    not_settled = Q(drawn_at__lt=late) | Q(cancelled_at__lt=late)
    # Said in the words of the index that holds the few draws still at work.
    at_work = Q(published_at__isnull=False, settled_at__isnull=True)
    return rows.filter(at_work, not_frozen | not_drawn | not_settled)


def overdue() -> tuple[list[Overdue], bool]:
    """Return up to SHOWN overdue draws, and whether there are more: one query."""
    rows = Draw.objects.select_related("seal").defer("seal__secrets", "seal__entry_secret")
    draws = list(overdue_draws(rows).order_by("id")[: SHOWN + 1])
    return [_because(draw) for draw in draws[:SHOWN]], len(draws) > SHOWN


def _because(draw: Draw) -> Overdue:
    if draw.drawn_at is not None:
        return Overdue(draw, draw.drawn_at, _("Drawn, but not every prize is posted."))
    if draw.cancelled_at is not None:
        return Overdue(draw, draw.cancelled_at, _("Cancelled or void, but not every ticket is refunded."))
    if draw.frozen_at is not None and (since := draw.seal.round_time):
        said = _("Waiting for the beacon since %(moment)s UTC.")
        return Overdue(draw, since, said % {"moment": date_format(since, "d F Y, H:i:s")})
    if draw.frozen_at is not None:
        return Overdue(draw, draw.frozen_at, _("The list is frozen, but no winner is drawn."))
    return Overdue(draw, draw.draw_time, _("Past its closing time, but the list is not frozen."))


def is_overdue(draw: Draw, now: datetime) -> bool:
    """Return whether a draw already read is overdue, by the caller's clock."""
    if draw.published_at is None or draw.settled_at is not None:
        return False
    due = draw.drawn_at or draw.cancelled_at or draw.frozen_at or draw.draw_time
    if draw.state == Draw.State.CLOSED and draw.fairness_mode == Draw.Mode.BEACON:
        due = draw.seal.round_time or due
    return due < now - PATIENCE
