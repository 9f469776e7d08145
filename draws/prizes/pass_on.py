"""Passing a prize on: not claimed in time, or its winner disqualified, it goes to the next reserve of the
published result, always; the re-draw is written into the site's log for everyone to check.

Coins that were credited with the win stay with whoever was drawn first: a ledger row is never taken back.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from common.database.clock import database_now
from common.database.service_flag import as_service
from common.database.sweeps import sweep
from draws import fairness, reasons
from draws.exceptions import NotPassable
from draws.lifecycle.settle import settle_winner
from draws.locking import lock_draw
from draws.models import Draw, Participation, Redraw, Seal, Winner
from draws.prizes import notifications
from draws.proof import log
from draws.statistics import rewrite_wins

HandOver = Winner.HandOver
REASON_LENGTH = 500


@dataclass(frozen=True)
class PassOnResult:
    """What became of a prize: who lost it, the re-draw if a reserve was left; `fresh` when it is just now."""

    failed: Winner
    redraw: Redraw | None
    fresh: bool

    def __str__(self) -> str:
        values = {"place": self.failed.drawn_as, "draw": self.failed.draw_id}
        if self.redraw is None:
            return _("The prize of %(place)s in draw %(draw)s lapsed: no reserve is left") % values
        values["reserve"] = self.redraw.reserve.drawn_as
        return _("The prize of %(place)s in draw %(draw)s went to %(reserve)s") % values


class _ReserveTaken(Exception):
    """Another prize of the draw took the reserve that was next a moment ago."""


def pass_on_prize(winner_id: int, reason: str, *, actor: User | None = None) -> PassOnResult:
    """Take a prize that is not sent from its winner and give it to the next reserve, if one is left.

    Again for the same winner, it changes nothing and answers what happened the first time. Everyone reads the
    reason. Coins credited with the win stay with whoever was drawn first. Raises NotPassable.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LENGTH:
        said = _("Say why, in at most %(most)s characters: everyone reads it.")
        raise NotPassable(said % {"most": REASON_LENGTH})
    result = _pass_on(winner_id, reason, actor, Q())
    if result is None:
        raise NotPassable(_("Only a prize to claim or claimed can be passed on. Nothing was changed."))
    return result


def disqualify(winner_id: int, reason: str, *, actor: User) -> PassOnResult:
    """Pass a prize on as staff decided: what happened to it before stands. Raises NotPassable."""
    result = pass_on_prize(winner_id, reason, actor=actor)
    if not result.fresh:
        raise NotPassable(_("This prize was already passed on. Nothing was changed."))
    return result


def lapse_overdue_claims() -> int:
    """Pass on every prize that was not claimed in time, by the database's clock. Returns how many were."""
    overdue = Winner.objects.filter(hand_over=HandOver.TO_CLAIM, claim_by__lte=Now())
    return sweep(overdue.order_by("claim_by", "pk"), lapse_claim)


def lapse_claim(winner_id: int) -> bool:
    """Pass one prize on if it is still to claim and its time is over. False when it is not."""
    overdue = Q(hand_over=HandOver.TO_CLAIM, claim_by__lte=Now())
    result = _pass_on(winner_id, reasons.NOT_CLAIMED, None, overdue)
    return result is not None and result.fresh


def _pass_on(winner_id: int, reason: str, actor: User | None, when: Q) -> PassOnResult | None:
    while True:
        try:
            return _pass_on_once(winner_id, reason, actor, when)
        except _ReserveTaken:
            continue


@transaction.atomic
def _pass_on_once(winner_id: int, reason: str, actor: User | None, when: Q) -> PassOnResult | None:
    """Lock players by ascending id, the draw, then the winner; None when the prize cannot be passed on."""
    named = Winner.objects.filter(pk=winner_id).first()
    if named is None:
        return None
    ticket = next_reserve(named.draw_id)
    players = {named.user_id, *([ticket.user_id] if ticket else [])}
    list(User.objects.select_for_update(no_key=True).filter(pk__in=players).order_by("pk"))
    draw = lock_draw(named.draw_id)
    if next_reserve(draw.pk) != ticket:
        raise _ReserveTaken
    passable = Q(hand_over__in=[HandOver.TO_CLAIM, HandOver.CLAIMED]) & when | Q(forfeited_at__isnull=False)
    rows = Winner.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    winner = rows.filter(passable, pk=winner_id).first()
    if winner is None:
        return None
    winner.draw = draw
    if winner.forfeited_at is not None:
        return PassOnResult(winner, Redraw.objects.filter(failed=winner).first(), fresh=False)
    _forfeit(winner, reason)
    redraw = _award(winner, ticket, reason, actor) if ticket else None
    notifications.notify_forfeited(winner)
    return PassOnResult(winner, redraw, fresh=True)


def next_reserve(draw_id: int) -> Participation | None:
    """Return the ticket that gets the next prize passed on: the result's first place without a winner."""
    places = Seal.objects.values_list("places", flat=True).get(pk=draw_id) or []
    used = Winner.objects.filter(draw=draw_id).count()
    if used >= len(places):
        return None
    return Participation.objects.get(draw=draw_id, ticket_number=places[used] + 1)


def _forfeit(winner: Winner, reason: str) -> None:
    settle_winner(winner.pk)
    winner.hand_over, winner.forfeited_at, winner.forfeit_reason = HandOver.LAPSED, database_now(), reason
    winner.save(update_fields=["hand_over", "forfeited_at", "forfeit_reason"])
    rewrite_wins(winner.user_id)


def _award(failed: Winner, ticket: Participation, reason: str, actor: User | None) -> Redraw:
    draw, now = failed.draw, database_now()
    reserve = Winner.objects.create(
        draw=draw,
        place=Winner.objects.filter(draw=draw).count(),
        ticket=ticket,
        user_id=ticket.user_id,
        prize_amount=failed.prize_amount,
        won_at=now,
        settled_at=now,
        hand_over=HandOver.TO_CLAIM,
        claim_by=now + timedelta(days=settings.CLAIM_DAYS),
    )
    result = bytes(Seal.objects.values_list("result_hash", flat=True).get(pk=draw.pk) or b"")
    digest = fairness.redraw_hash(result, failed.place, reserve.place, reason)
    redraw = Redraw.objects.create(
        draw=draw, failed=failed, reserve=reserve, reason=reason, record_hash=digest, actor=actor
    )
    if prize_of(draw, reserve.place) == 0:
        with as_service("pass_on_prize"):
            Draw.objects.filter(pk=draw.pk).update(winner=reserve.user_id)
    log.append(draw, "redraw", digest)
    rewrite_wins(reserve.user_id)
    notifications.notify_reserve(redraw)
    return redraw


def prize_of(draw: Draw, place: int) -> int:
    """Return the place drawn for the prize that this place has now: 0 is the first prize."""
    passed = dict(Redraw.objects.filter(draw=draw).values_list("reserve__place", "failed__place"))
    while place in passed:
        place = passed[place]
    return place
