"""Settling: credit prizes or refund tickets, keep the winners' statistics, and write the messages.

The draw's new state is committed before, so nothing here holds the draw: players are locked in order of their
ids, in short database transactions. Every step can be repeated without doubling anything.
"""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from common.database.service_flag import as_service
from draws.models import Draw, Participation, Winner
from draws.notifications import kinds
from draws.statistics import rewrite_wins
from ledger import services as ledger
from ledger.models import Transaction

PLAYERS_AT_ONCE = 100


def settle_draw(draw_id: int) -> bool:
    """Pay what an ended draw owes: prizes when it was drawn, each ticket's coins when cancelled or void.

    Return False when it is already settled or has not ended.
    """
    draw = Draw.objects.filter(pk=draw_id, settled_at__isnull=True).first()
    if draw is None or not draw.has_ended:
        return False
    if draw.drawn_at is not None:
        winners = Winner.objects.filter(draw=draw, settled_at__isnull=True).order_by("user_id", "place")
        for winner_id in list(winners.values_list("pk", flat=True)):
            settle_winner(winner_id)
    else:
        last: str | None = ""
        while last is not None:
            last = _refund_players_after(draw, last)
    _mark_settled(draw)
    return True


@transaction.atomic
def settle_winner(winner_id: int) -> None:
    """Credit one winner's coins, count the win, and tell them; once, however often it is tried."""
    user_id = Winner.objects.values_list("user_id", flat=True).get(pk=winner_id)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    winner = Winner.objects.select_related("draw", "ticket").get(pk=winner_id)
    if winner.settled_at is not None:
        return
    credit = None
    if winner.prize_coins:
        credit = ledger.post(
            user_id,
            Transaction.Type.PRIZE,
            winner.prize_coins,
            f"prize:{winner.draw_id}:{winner.place}",
            description=_("Won: %(draw)s") % {"draw": winner.draw.title},
            reference=f"draw:{winner.draw_id}",
        )
    Winner.objects.filter(pk=winner_id).update(transaction=credit, settled_at=Now())
    rewrite_wins(user_id)
    kinds.notify_winner(user, winner)


@transaction.atomic
def _refund_players_after(draw: Draw, last: str) -> str | None:
    """Refund the next players by id. Return the last one's id, or None when nobody is left."""
    tickets = Participation.objects.filter(draw=draw)
    later = tickets.filter(user_id__gt=last).order_by("user_id").values_list("user_id", flat=True).distinct()
    players = list(later[:PLAYERS_AT_ONCE])
    returned = _("Returned: %(draw)s") % {"draw": draw.title}
    for user_id in players:
        payments = tickets.filter(user_id=user_id).values_list("transaction_id", flat=True).distinct()
        refunds = [ledger.reverse(payment, description=returned) for payment in payments if payment]
        kinds.notify_refunded(draw, user_id, sum(refund.amount for refund in refunds))
    return players[-1] if len(players) == PLAYERS_AT_ONCE else None


@transaction.atomic
def _mark_settled(draw: Draw) -> None:
    with as_service("settle_draw"):
        Draw.objects.filter(pk=draw.pk, settled_at__isnull=True).update(settled_at=Now())
