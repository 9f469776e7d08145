"""Passing a prize on: not claimed in time, or its winner gone or disqualified, it goes to the next reserve of
the published result, always; the re-draw is written into the site's log for everyone to check. Nobody passes
a prize on by hand: the database asks for the facts of each ground (`sql/winners_forfeits.sql`).

Coins that were credited with the win stay with whoever was drawn first: a ledger row is never taken back.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
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
from draws.models import Disqualification, Draw, Participation, Redraw, Seal, Winner
from draws.prizes import notifications
from draws.proof import log, seals, standing
from draws.statistics import rewrite_wins

HandOver, Ground = Winner.HandOver, Winner.Ground
REASONS = {Ground.NOT_CLAIMED: reasons.NOT_CLAIMED, Ground.LEFT: reasons.LEFT}
# Upheld by a second person, or nobody objected in time.
STANDS = Q(state=Disqualification.State.UPHELD) | Q(state=Disqualification.State.TOLD, object_by__lte=Now())


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


def pass_on_lost_prizes() -> int:
    """Pass on every prize not claimed in time or whose winner is disqualified. Returns how many were."""
    if not standing.is_whole():
        return 0
    return lapse_overdue_claims() + carry_out_disqualifications()


def lapse_overdue_claims() -> int:
    """Pass on every prize that was not claimed in time, by the database's clock. Returns how many were."""
    overdue = Winner.objects.filter(_passable(Ground.NOT_CLAIMED))
    return sweep(overdue.order_by("claim_by", "pk"), lapse_claim)


def lapse_claim(winner_id: int) -> bool:
    """Pass one prize on if it is still to claim and its time is over. False when it is not."""
    return _is_fresh(_pass_on(winner_id, Ground.NOT_CLAIMED))


def carry_out_disqualifications() -> int:
    """Pass on every prize whose winner's disqualification stands. Returns how many were."""
    due = Winner.objects.filter(_passable(Ground.DISQUALIFIED))
    return sweep(due.order_by("pk"), carry_out)


def carry_out(winner_id: int) -> bool:
    """Pass one prize on if its winner's disqualification stands. False when it does not."""
    return _is_fresh(_pass_on(winner_id, Ground.DISQUALIFIED))


def pass_on_of_leaver(winner_id: int) -> PassOnResult:
    """Pass on a prize that is not sent and whose winner closed their account.

    Again for the same winner, it changes nothing and answers what happened the first time. Raises
    NotPassable.
    """
    result = _pass_on(winner_id, Ground.LEFT)
    if result is None:
        raise NotPassable(_("Only a prize to claim or claimed can be passed on. Nothing was changed."))
    return result


def _is_fresh(result: PassOnResult | None) -> bool:
    return result is not None and result.fresh


def _passable(ground: Winner.Ground) -> Q:
    """Return which prizes may be passed on, on this ground; the database holds it too."""
    against = Disqualification.objects.filter(winner=OuterRef("pk"))
    if ground == Ground.NOT_CLAIMED:
        # While something is held against a winner, the time to claim stands still.
        still = ~Exists(against.filter(state__in=Disqualification.OPEN))
        return Q(still, hand_over=HandOver.TO_CLAIM, claim_by__lte=Now())
    not_sent = Q(hand_over__in=[HandOver.TO_CLAIM, HandOver.CLAIMED])
    if ground == Ground.LEFT:
        return not_sent & Q(user__closed_at__isnull=False)
    return not_sent & Q(Exists(against.filter(STANDS)))


def _pass_on(winner_id: int, ground: Winner.Ground) -> PassOnResult | None:
    while True:
        try:
            return _pass_on_once(winner_id, ground)
        except _ReserveTaken:
            continue


@transaction.atomic
def _pass_on_once(winner_id: int, ground: Winner.Ground) -> PassOnResult | None:
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
    rows = Winner.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    winner = rows.filter(_passable(ground) | Q(forfeited_at__isnull=False), pk=winner_id).first()
    if winner is None:
        return None
    winner.draw = draw
    if winner.forfeited_at is not None:
        return PassOnResult(winner, Redraw.objects.filter(failed=winner).first(), fresh=False)
    against = Disqualification.objects.filter(winner=winner, state__in=Disqualification.OPEN).first()
    actor = against.asked_by if against and ground == Ground.DISQUALIFIED else None
    reason = reasons.DISQUALIFIED[against.reason] if against and actor else REASONS[ground]
    _forfeit(winner, ground, reason)
    _close(against, ground)
    redraw = None
    if ticket:
        redraw = _award(winner, ticket, reason, actor)
    else:
        _lapse(winner, reason)
    notifications.notify_forfeited(winner)
    return PassOnResult(winner, redraw, fresh=True)


def next_reserve(draw_id: int) -> Participation | None:
    """Return the ticket that gets the next prize passed on: the result's first place without a winner."""
    places = Seal.objects.values_list("places", flat=True).get(pk=draw_id) or []
    used = Winner.objects.filter(draw=draw_id).count()
    if used >= len(places):
        return None
    return Participation.objects.get(draw=draw_id, ticket_number=places[used] + 1)


def _close(against: Disqualification | None, ground: Winner.Ground) -> None:
    """Mark what was held against a winner as done, or as dropped where the prize went for another reason."""
    if against is not None:
        done = ground == Ground.DISQUALIFIED
        against.state = Disqualification.State.DONE if done else Disqualification.State.DROPPED
        against.save(update_fields=["state"])


def _forfeit(winner: Winner, ground: Winner.Ground, reason: str) -> None:
    settle_winner(winner.pk)
    winner.hand_over, winner.forfeited_at = HandOver.LAPSED, database_now()
    winner.forfeit_ground, winner.forfeit_reason = ground, reason
    winner.save(update_fields=["hand_over", "forfeited_at", "forfeit_ground", "forfeit_reason"])
    rewrite_wins(winner.user_id)


def _lapse(failed: Winner, reason: str) -> None:
    """Record that a prize goes to nobody, because no reserve is left."""
    result = bytes(Seal.objects.values_list("result_hash", flat=True).get(pk=failed.draw_id) or b"")
    log.append(failed.draw, "lapse", fairness.lapse_hash(result, failed.place, reason))


def _award(failed: Winner, ticket: Participation, reason: str, actor: User | None) -> Redraw:
    draw, place = failed.draw, Winner.objects.filter(draw=failed.draw_id).count()
    record = Seal.objects.get(pk=draw.pk)
    digest = fairness.redraw_hash(bytes(record.result_hash or b""), failed.place, place, reason)
    logged = log.append(draw, "redraw", digest)
    now = database_now()
    reserve = Winner.objects.create(
        draw=draw,
        place=place,
        ticket=ticket,
        user_id=ticket.user_id,
        prize_amount=failed.prize_amount,
        won_at=now,
        settled_at=now,
        hand_over=HandOver.TO_CLAIM,
        claim_by=seals.claim_until(record, now, logged),
    )
    redraw = Redraw.objects.create(
        draw=draw, failed=failed, reserve=reserve, reason=reason, record_hash=digest, actor=actor
    )
    if prize_of(draw, reserve.place) == 0:
        with as_service("pass_on_prize"):
            Draw.objects.filter(pk=draw.pk).update(winner=reserve.user_id)
    rewrite_wins(reserve.user_id)
    notifications.notify_reserve(redraw)
    return redraw


def prize_of(draw: Draw, place: int) -> int:
    """Return the place drawn for the prize that this place has now: 0 is the first prize."""
    passed = dict(Redraw.objects.filter(draw=draw).values_list("reserve__place", "failed__place"))
    while place in passed:
        place = passed[place]
    return place
