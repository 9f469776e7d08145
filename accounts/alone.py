"""Work that only one worker does at a time, over all processes and machines."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Whether nobody else is at the work that `lock` stands for; then nobody starts it before the block ends.

    The database holds the lock for this connection, so it goes when the process dies.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        free: bool = cursor.fetchone()[0]
    try:
        yield free
    finally:
        # Without its connection the lock is gone already.
        if free and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
