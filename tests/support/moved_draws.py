"""Published draws moved in time with all their records, as if everything had happened then.

Nobody moves the database's clock, and a draw's times are sealed. So the seal is made anew for other times,
and the log with it: what is published of such a draw is as honest as what the site publishes. Whoever takes
tickets, freezes or cancels meanwhile sees the draw as it was or as it will be: it is locked, then the log.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction

from draws import fairness
from draws.beacon import chain
from draws.models import Draw, LogRecord, Seal
from draws.proof import log, seals
from draws.proof.sealed_secrets import secrets_of


@transaction.atomic
def close_now(cursor: Any, draw: Draw) -> None:
    """Have the draw close in this second, with its tickets taken before; it opened when it did."""
    _lock(draw)
    cursor.execute("SELECT extract(epoch FROM date_trunc('second', clock_timestamp()))::bigint")
    [[closes_at]] = cursor.fetchall()
    _move(cursor, draw, closes_at - int(draw.draw_time.timestamp()))


@transaction.atomic
def let_round_come(cursor: Any, draw: Draw, ago: timedelta) -> None:
    """Have a frozen beacon draw's round be due by now, or so long ago, and all before that much earlier."""
    _lock(draw)
    cursor.execute("SELECT extract(epoch FROM clock_timestamp())::bigint")
    [[now]] = cursor.fetchall()
    record = Seal.objects.get(pk=draw.pk)
    assert record.round is not None
    due = int(chain.round_time(record.round).timestamp())
    back = now - due - chain.CHAIN.period - int(ago.total_seconds())
    cursor.execute(
        "UPDATE draws SET frozen_at = frozen_at + make_interval(secs => %s) WHERE id = %s", [back, draw.pk]
    )
    rows = LogRecord.objects.filter(draw=draw)
    for row in rows.order_by("n"):
        # No record before it may be later.
        cursor.execute(
            "UPDATE fairness_log SET time = least(time, %s) WHERE n > 0 AND n <= %s", [row.time + back, row.n]
        )
    _move(cursor, draw, back)


def _lock(draw: Draw) -> None:
    Draw.objects.select_for_update().get(pk=draw.pk)
    log.lock()


def _move(cursor: Any, draw: Draw, seconds: int) -> None:
    """Move closing time and tickets by so many seconds, and seal the draw anew unless it has ended."""
    moved = "make_interval(secs => %s)"
    cursor.execute(
        f"UPDATE participations SET participated_at = participated_at + {moved} WHERE draw_id = %s",
        [seconds, draw.pk],
    )
    cursor.execute(f"UPDATE draws SET draw_time = draw_time + {moved} WHERE id = %s", [seconds, draw.pk])
    record = Seal.objects.select_related("draw").filter(pk=draw.pk).first()
    if record is None or record.void_hash or record.result_hash:
        return
    record.closes_at += seconds
    record.freeze_by += seconds
    record.list_by = record.list_by and record.list_by + seconds
    if record.round is not None:
        record.round = chain.round_for(record.freeze_by)
    record.open_hash = seals.open_record(record.draw, record).open_hash()
    _seal(cursor, record)


def _seal(cursor: Any, record: Seal) -> None:
    frozen = record.freeze_hash and fairness.freeze_hash(
        seals.mode_of(record.draw),
        bytes(record.open_hash),
        bytes(record.root or b""),
        record.total or 0,
        secrets_of(record).server_seed,
    )
    cursor.execute(
        "UPDATE draw_seals SET closes_at = %s, list_by = %s, freeze_by = %s, round = %s, open_hash = %s,"
        " freeze_hash = %s"
        " WHERE draw_id = %s",
        [
            record.closes_at,
            record.list_by,
            record.freeze_by,
            record.round,
            record.open_hash,
            frozen,
            record.pk,
        ],
    )
    for kind, digest in (("open", record.open_hash), ("freeze", frozen)):
        cursor.execute(
            "UPDATE fairness_log SET record_hash = %s WHERE draw_id = %s AND kind = %s",
            [digest, record.pk, kind],
        )
    _chain_log(cursor)


def _chain_log(cursor: Any) -> None:
    """Make the heads of the log anew."""
    cursor.execute("SELECT n, time, kind, record_hash, head FROM fairness_log ORDER BY n")
    head = b""
    for n, time, kind, digest, old in cursor.fetchall():
        prev, head = head, bytes(old)
        if n:
            head = fairness.log_head(prev, n, time, kind, bytes(digest))
        if head != bytes(old):
            cursor.execute("UPDATE fairness_log SET prev = %s, head = %s WHERE n = %s", [prev, head, n])
