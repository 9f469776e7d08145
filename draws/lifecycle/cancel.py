"""Cancel a draw: staff may cancel an open draw before its closing time, and every coin goes back."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import User
from common.database.clock import database_now
from common.text.hidden import is_seen
from draws.conflicts import refuse_stake
from draws.exceptions import NotCancellable
from draws.lifecycle.void import void
from draws.locking import lock_draw
from draws.models import Draw, Participation
from draws.proof import standing


@dataclass(frozen=True)
class CancelPreview:
    """What cancelling would give back: coins to players for their tickets."""

    tickets: int
    players: int
    coins: int


def cancel_preview(draw_id: int) -> CancelPreview:
    """Return how many tickets, players and coins cancelling would affect now."""
    draw = Draw.objects.get(pk=draw_id)
    sums = Participation.objects.filter(draw=draw).aggregate(
        tickets=Count("pk"), players=Count("user", distinct=True)
    )
    return CancelPreview(sums["tickets"], sums["players"], sums["tickets"] * draw.entry_fee)


@transaction.atomic
def cancel_draw(draw_id: int, *, actor: User | None = None, reason: str) -> Draw:
    """Call an open draw off; the sweep then refunds every ticket. `actor` is the member of staff who does it.

    Raises DrawNotFound, ConflictOfInterest when they hold a ticket in it, or NotCancellable (a draft, ended,
    past its closing time, no reason given).
    """
    reason = " ".join(reason.split())
    if not is_seen(reason):
        raise NotCancellable(
            _("Say why the draw is cancelled: its players will read it. Nothing was changed.")
        )
    if not standing.is_whole():
        raise NotCancellable(str(standing.TOLD))
    draw = lock_draw(draw_id)
    if draw.state == Draw.State.DRAFT:
        raise NotCancellable(_("A draft was never open: delete it instead. Nothing was changed."))
    if not draw.is_active or database_now() >= draw.draw_time:
        raise NotCancellable(_("Only a draw that is still open can be cancelled. Nothing was changed."))
    refuse_stake(actor, draw.pk)
    void(draw, Draw.VoidCode.CANCELLED, reason, by=actor)
    draw.refresh_from_db()
    return draw
