"""Advisory locks of PostgreSQL: work that only one worker does at a time, over all processes and machines."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, unique

from django.db import connection


@unique
class AdvisoryLock(IntEnum):
    """Every number that the site locks. `@unique` refuses a second use of one at import."""

    FAIRNESS_LOG = 11_11_11  # one writer at a time: the order of the log is its meaning
    EMAIL_DELIVERY = 11_11_12  # a slow mail server never holds more than one worker thread
    ENTRY_RECEIPTS = 11_11_13
    RESULT_MESSAGES = 11_11_14
    LEDGER_SEAL = 11_11_15
    BACKUP = 11_11_16
    FREEZE_MESSAGES = 11_11_17
    ALERTS = 11_11_18
    CORRECTION_MESSAGES = 11_11_22
    BACKUP_DRILL = 11_11_19
    BENCHMARKS = 11_11_20
    DATABASE_SWAP = 11_11_21
    UPGRADE = 11_11_31
    SITE_BACKUP = 11_11_32  # while it lasts, no sweep removes a picture
    LOG_HEADS = 11_11_33  # one writer outside the database, so that none writes a file twice
    OLD_SITE_IMPORT = 11_11_40
    ADJUSTMENTS = 11_11_50  # with a member of staff as the second number: what they move in a day is counted
    # Held to the end of a database transaction, so that two uploads never race a sweep of unused files.
    PICTURES = int.from_bytes(b"pictures", "big")


@contextmanager
def try_advisory_lock(lock: AdvisoryLock) -> Iterator[bool]:
    """Yield True when this connection got `lock`, False when another one holds it.

    Nobody else gets the lock before the block ends. The database holds it for this connection, so it goes
    when the process dies.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [int(lock)])
        free: bool = cursor.fetchone()[0]
    try:
        yield free
    finally:
        # Without its connection the lock is gone already.
        if free and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [int(lock)])
