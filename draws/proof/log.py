"""The site's log: every record of every draw, in one order, each head covering all before it."""

from django.conf import settings
from django.db import connection

from common.database.advisory_locks import AdvisoryLock
from common.database.clock import database_now
from draws import fairness
from draws.models import Draw, LogRecord


def lock() -> None:
    """Let nobody else write to the log until the surrounding database transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AdvisoryLock.FAIRNESS_LOG])


def append(draw: Draw, kind: str, record_hash: bytes) -> LogRecord:
    """Add a record (kinds as in the protocol) in the surrounding database transaction."""
    last = _last_record()
    n, time, prev = last.n + 1, _time_after(last), bytes(last.head)
    head = fairness.log_head(prev, n, time, kind, record_hash)
    return LogRecord.objects.create(
        n=n, time=time, kind=kind, draw=draw, record_hash=record_hash, prev=prev, head=head
    )


def next_time() -> int:
    """Return the time that the next record will have, in Unix seconds; the log is locked from here on.

    Whoever writes a record that has to come before or after some moment asks this, and not a clock: another
    record may have kept the log for a while, and the log may be ahead of a clock that was set back.
    """
    return _time_after(_last_record())


def origin() -> str:
    """Return the site that the log's first head names."""
    return str(settings.LOG_ORIGIN)


def newest_head() -> bytes:
    """Return the head over all records so far."""
    last = LogRecord.objects.order_by("-n").first()
    return bytes(last.head) if last else fairness.site_head(origin())


def _time_after(last: LogRecord) -> int:
    # A clock set back must not make the log run backwards.
    return max(int(database_now().timestamp()), last.time)


def _last_record() -> LogRecord:
    lock()
    last = LogRecord.objects.order_by("-n").first()
    if last is not None:
        return last
    head = fairness.site_head(origin())
    return LogRecord.objects.create(n=0, time=0, kind="site", record_hash=head, prev=bytes(32), head=head)
