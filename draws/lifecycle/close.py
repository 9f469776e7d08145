"""Closing: freeze the ticket list, then draw the winners. Each step is its own database transaction,
safe to repeat after a crash at any line, and made once however many workers try.

A beacon draw takes the same steps; between them it waits for its round (draws/lifecycle/rounds.py).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from common.database.clock import database_now
from common.database.service_flag import as_service
from common.database.sweeps import sweep
from draws import fairness, reasons
from draws.beacon import chain
from draws.lifecycle import settle
from draws.lifecycle.void import void
from draws.locking import lock_if_free
from draws.models import Draw, FreezeToTell, Participation, Round, Seal, Winner
from draws.proof import log, seals, standing
from draws.proof.sealed_secrets import secrets_of

BEACON_PATIENCE = timedelta(days=7)  # after the round's time; then its draws are void


class _MissedFreezing(Exception):
    """The time sealed for freezing passed while the list was written."""


def close_due_draws() -> int:
    """Take every due draw one or more steps on: freeze, draw, settle. Returns how many steps were made.

    May run twice, late, or in several places at once. A draw that fails is logged; the others go on.
    Nothing is done while the log lacks records that were published.
    """
    if not standing.is_whole():
        return 0
    steps = sweep(_to_freeze(), freeze_draw)
    steps += sweep(_to_draw(), draw_winners)
    steps += sweep(_given_up(), void_without_round)
    return steps + sweep(Draw.objects.unsettled(), settle.settle_draw)


def _to_freeze() -> QuerySet[Draw]:
    # Whether a beacon draw's round is known already is asked before, by another sweep. When that one is not
    # at work, the list is frozen all the same: the promise of a time does not depend on it.
    waited = Now() - timedelta(seconds=settings.FREEZE_WINDOW_SECONDS // 4)
    return Draw.objects.due().filter(~Q(fairness_mode=Draw.Mode.BEACON) | Q(draw_time__lte=waited))


def _to_draw() -> QuerySet[Draw]:
    round_here = Round.objects.filter(chain_hash=OuterRef("seal__chain_hash"), round=OuterRef("seal__round"))
    return Draw.objects.undrawn().filter(~Q(fairness_mode=Draw.Mode.BEACON) | Exists(round_here))


def _given_up() -> QuerySet[Draw]:
    # A list is frozen before its round's time; void_without_round looks at the time itself.
    long_ago = Now() - BEACON_PATIENCE
    return Draw.objects.undrawn().filter(fairness_mode=Draw.Mode.BEACON, frozen_at__lte=long_ago)


@transaction.atomic
def freeze_draw(draw_id: int) -> bool:
    """Fix the ticket list of a draw past its closing time and publish its fingerprint; or void the draw when
    fewer tickets than its minimum were taken, when the time sealed for freezing has passed, or when the
    beacon's round is known already.

    Return False when it is not due or another worker has it.
    """
    draw = lock_if_free(draw_id, is_active=True, draw_time__lte=Now())
    if draw is None:
        return False
    record = Seal.objects.get(pk=draw.pk)
    if _voided(draw, record):
        return True
    try:
        with transaction.atomic():
            _freeze(draw, record)
    except _MissedFreezing:
        # The seal has to say the same before it is void: its time passes later.
        if not _is_late(record):
            return False
        void(draw, Draw.VoidCode.NOT_FROZEN_IN_TIME, reasons.LATE)
    return True


def _freeze(draw: Draw, record: Seal) -> None:
    if database_now().timestamp() > record.last_second_of_list:
        raise _MissedFreezing
    tree = seals.write_list(draw, record)
    root, seed = tree.root(), secrets_of(record).server_seed
    frozen = seals.list_hash(draw, record, root, tree.total, seed)
    # With a beacon nothing is left to hold back; without one the seed would give the winner away.
    public = seed if record.round is not None else None
    Seal.objects.filter(pk=draw.pk).update(
        root=root, total=tree.total, freeze_hash=frozen, server_seed=public
    )
    with as_service("freeze_draw"):
        Draw.objects.filter(pk=draw.pk).update(frozen_at=Now(), is_active=False)
    # A long list takes a while, and so may the log's lock: what counts is when the record is written.
    if log.next_time() > record.last_second_of_list:
        raise _MissedFreezing
    log.append(draw, "freeze", frozen)
    FreezeToTell.objects.create(draw=draw)


def _voided(draw: Draw, record: Seal) -> bool:
    taken, least = draw.current_participants, draw.min_participants
    if taken == 0:
        void(draw, Draw.VoidCode.NO_TICKETS, reasons.NO_TICKETS)
    elif taken < least:
        void(draw, Draw.VoidCode.BELOW_MINIMUM, reasons.too_few(taken, least))
    elif _is_late(record):
        void(draw, Draw.VoidCode.NOT_FROZEN_IN_TIME, reasons.LATE)
    elif seals.obtained_round(record) is not None:
        void(draw, Draw.VoidCode.NOT_FROZEN_IN_TIME, reasons.KNOWN)
    else:
        return False
    return True


def _is_late(record: Seal) -> bool:
    # The round of a beacon draw is published a minute after this at the earliest.
    return database_now().timestamp() > record.freeze_by


@transaction.atomic
def draw_winners(draw_id: int) -> bool:
    """Compute the winners of a frozen draw and write them, once. Return False when that is done or being
    done, or while the beacon's round is not there."""
    draw = lock_if_free(draw_id, frozen_at__isnull=False, drawn_at__isnull=True, cancelled_at__isnull=True)
    if draw is None:
        return False
    record = Seal.objects.get(pk=draw.pk)
    signature = seals.obtained_round(record)
    if record.round is not None and signature is None:
        return False
    frozen, seed = bytes(record.freeze_hash or b""), secrets_of(record).server_seed
    places = seals.pick(draw, frozen, signature or b"", seed)
    result = fairness.result_hash(seals.mode_of(draw), frozen, signature or b"", seed, places)
    Seal.objects.filter(pk=draw.pk).update(
        places=places, result_hash=result, signature=signature, server_seed=seed
    )
    logged = log.append(draw, "result", result)
    now = database_now()
    until = seals.claim_until(record, now, logged)
    winners = _write_winners(draw, places[: draw.winner_count], now, until)
    with as_service("draw_winners"):
        Draw.objects.filter(pk=draw.pk).update(drawn_at=Now(), winner=winners[0].user_id)
    return True


@transaction.atomic
def void_without_round(draw_id: int) -> bool:
    """Void a frozen beacon draw whose round nobody brought within 7 days of its time.

    Return False when it is not so, or another worker has it.
    """
    draw = lock_if_free(draw_id, frozen_at__isnull=False, drawn_at__isnull=True, cancelled_at__isnull=True)
    if draw is None:
        return False
    record = Seal.objects.get(pk=draw.pk)
    if record.round is None or seals.obtained_round(record) is not None:
        return False
    if database_now() <= chain.round_time(record.round) + BEACON_PATIENCE:
        return False
    void(draw, Draw.VoidCode.BEACON_MISSING, reasons.MISSING)
    return True


def _write_winners(draw: Draw, places: list[int], now: datetime, until: datetime) -> list[Winner]:
    numbers = [index + 1 for index in places]
    tickets = {
        ticket.ticket_number: ticket
        for ticket in Participation.objects.filter(draw=draw, ticket_number__in=numbers)
    }
    goods = draw.prize_amount > 0
    return Winner.objects.bulk_create(
        Winner(
            draw=draw,
            place=place,
            ticket=tickets[number],
            user_id=tickets[number].user_id,
            prize_amount=draw.prize_amount,
            prize_coins=draw.prize_coins,
            won_at=now,
            hand_over=Winner.HandOver.TO_CLAIM if goods else Winner.HandOver.NONE,
            claim_by=until if goods else None,
        )
        for place, number in enumerate(numbers)
    )
