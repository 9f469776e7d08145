"""Sweeps that tell many players at once, off the paths that sell and draw.

Each batch is a short database transaction with a fixed number of queries. A message's key makes it the only
one, so that a worker may die at any line and the next sweep goes on.
"""

import logging
import time
from collections.abc import Sequence

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import User
from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from draws.models import Draw, EntryToTell, FreezeToTell, Participation, Seal, Winner
from draws.notifications import kinds
from draws.notifications.kinds import Receipt
from draws.proof.log import newest_head
from draws.proof.public_seals import made_pseudonym, public_seals
from draws.proof.sealed_secrets import opened

logger = logging.getLogger(__name__)

ENTRIES_AT_ONCE = 200
PLAYERS_AT_ONCE = 500
DRAWS_AT_ONCE = 200
SWEEP_SECONDS = 5  # a sweep starts no batch after that; the next one goes on
# One sweep of each at a time: however much there is to tell, other workers are free for the draws.

# A request's tickets are numbered without a gap; they are found along (draw, player).
ENTRIES = """
    SELECT t.id, t.user_id, d.id, min(p.ticket_number), max(p.ticket_number), -t.amount, t.balance_after,
           s.open_hash, s.draw_uid, s.secrets
    FROM transactions t
    JOIN participations p ON p.user_id = t.user_id AND p.transaction_id = t.id
         AND p.draw_id = split_part(t.reference, ':', 2)::integer
    JOIN draws d ON d.id = p.draw_id JOIN draw_seals s ON s.draw_id = d.id
    WHERE t.id = ANY(%s) AND t.type = 'entry' GROUP BY t.id, d.id, s.draw_id ORDER BY t.id
"""
LOSERS = """
    SELECT DISTINCT p.user_id FROM participations p WHERE p.draw_id = %s AND p.user_id > %s
      AND NOT EXISTS (SELECT 1 FROM winners w WHERE w.draw_id = p.draw_id AND w.user_id = p.user_id)
    ORDER BY p.user_id LIMIT %s
"""


def send_receipts() -> int:
    """Confirm to players the tickets they took since the last sweep, once each; returns how many requests.

    What cannot be told is logged and left; the others go on.
    """
    with try_advisory_lock(AdvisoryLock.ENTRY_RECEIPTS) as free:
        told, after, until = 0, 0, time.monotonic() + SWEEP_SECONDS
        while free and (waiting := _waiting_after(after)):
            told += _send_batch(waiting)
            after = waiting[-1]
            if time.monotonic() >= until:
                break
        return told


def _waiting_after(transaction_id: int) -> list[int]:
    later = EntryToTell.objects.filter(pk__gt=transaction_id).order_by("pk")
    return list(later.values_list("pk", flat=True)[:ENTRIES_AT_ONCE])


def _send_batch(waiting: list[int]) -> int:
    try:
        return _send_receipts(waiting)
    except Exception:
        logger.exception("%s entries could not be told together; each goes alone now.", len(waiting))
        return sum(_send_one(transaction_id) for transaction_id in waiting)


def _send_one(transaction_id: int) -> int:
    try:
        return _send_receipts([transaction_id])
    except Exception:
        logger.exception("Entry %s could not be told.", transaction_id)
        return 0


@transaction.atomic
def _send_receipts(waiting: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, [waiting])
        rows = cursor.fetchall()
    if len(rows) != len(waiting):
        raise RuntimeError(f"Of {len(waiting)} entries to tell only {len(rows)} have tickets.")
    kinds.notify_entered(_receipts(rows))
    EntryToTell.objects.filter(pk__in=waiting).delete()
    return len(waiting)


def _receipts(rows: Sequence[tuple[int, str, int, int, int, int, int, bytes, bytes, str]]) -> list[Receipt]:
    users = User.objects.in_bulk({row[1] for row in rows})
    draws = Draw.objects.in_bulk({row[2] for row in rows})
    head = newest_head().hex()
    secrets = {row[2]: opened(bytes(row[8]), row[9]) for row in {each[2]: each for each in rows}.values()}
    return [
        Receipt(
            paid,
            users[user_id],
            draws[draw_id],
            first,
            last,
            coins,
            left,
            open_hash=bytes(open_hash).hex(),
            log_head=head,
            pseudonym=made_pseudonym(bytes(uid), secrets[draw_id], user_id),
        )
        for paid, user_id, draw_id, first, last, coins, left, open_hash, uid, _token in rows
    ]


def send_list_fingerprints() -> int:
    """Send the fingerprint of each frozen list to every player who entered, once each; returns how many lists
    all of their players were told of. One worker does it at a time."""
    with try_advisory_lock(AdvisoryLock.FREEZE_MESSAGES) as free:
        done, until = 0, time.monotonic() + SWEEP_SECONDS
        # A fingerprint proves most before the beacon's round: those draws come first.
        waiting = FreezeToTell.objects.order_by("draw__fairness_mode", "pk").values_list("pk", flat=True)
        for draw_id in list(waiting[:DRAWS_AT_ONCE]) if free else ():
            try:
                done += _send_fingerprints(draw_id, until)
            except Exception:
                logger.exception(
                    "Draw %s: its frozen list could not be told; the next sweep tries again.", draw_id
                )
            if time.monotonic() >= until:
                break
        return done


def _send_fingerprints(draw_id: int, until: float) -> bool:
    while _send_next_fingerprints(draw_id):
        if time.monotonic() >= until:
            return False
    return True


@transaction.atomic
def _send_next_fingerprints(draw_id: int) -> bool:
    """Tell the next players by id; False when nobody is left."""
    row = FreezeToTell.objects.select_for_update(of=("self",)).select_related("draw").get(pk=draw_id)
    later = Participation.objects.filter(draw=draw_id, user_id__gt=row.told_up_to).order_by("user_id")
    ids = list(later.values_list("user_id", flat=True).distinct()[:PLAYERS_AT_ONCE])
    if not ids:
        row.delete()
        Seal.objects.filter(pk=draw_id, list_told_at__isnull=True).update(list_told_at=Now())
        return False
    kinds.notify_frozen(row.draw, public_seals().get(pk=draw_id), User.objects.filter(pk__in=ids))
    row.told_up_to = ids[-1]
    row.save(update_fields=["told_up_to"])
    return True


def send_results() -> int:
    """Tell the players of settled draws that none of their tickets won, once each; returns for how many.

    One worker does it at a time. Refunds and prizes are told where they are paid.
    """
    with try_advisory_lock(AdvisoryLock.RESULT_MESSAGES) as free:
        done, until = 0, time.monotonic() + SWEEP_SECONDS
        untold = Draw.objects.filter(settled_at__isnull=False, told_at__isnull=True).order_by("pk")
        for draw in untold[:DRAWS_AT_ONCE] if free else ():
            try:
                done += _send_results(draw, until)
            except Exception:
                logger.exception(
                    "Draw %s: its result could not be told; the next sweep tries again.", draw.pk
                )
            if time.monotonic() >= until:
                break
        return done


def _send_results(draw: Draw, until: float) -> bool:
    """Tell one draw's players until all are told, True, or the time is up."""
    while draw.drawn_at is not None and _send_next_results(draw):
        if time.monotonic() >= until:
            return False
    Draw.objects.filter(pk=draw.pk, told_at__isnull=True).update(told_at=Now())
    cache.delete(_position(draw))
    return True


@transaction.atomic
def _send_next_results(draw: Draw) -> bool:
    """Tell the next players by id, after those of the batch before; False when nobody is left."""
    # How far it got is kept in the cache: in the database, with the batch. Were it lost, telling would begin
    # again, and the keys of the messages keep anybody from being told twice.
    position = _position(draw)
    with connection.cursor() as cursor:
        cursor.execute(LOSERS, [draw.pk, cache.get(position, ""), PLAYERS_AT_ONCE])
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return False
    winners = Winner.objects.filter(draw=draw).order_by("place")
    numbers = list(winners.values_list("ticket__ticket_number", flat=True))
    players = User.objects.filter(pk__in=ids)
    kinds.notify_not_won(draw, Seal.objects.get(pk=draw.pk), numbers, players)
    cache.set(position, ids[-1], timeout=None)
    return True


def _position(draw: Draw) -> str:
    return f"told:{draw.pk}"
