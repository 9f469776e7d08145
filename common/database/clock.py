"""The clock that decides: the database's, which is the same for every process and machine."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Return the database's time (UTC), which decides what has closed or run out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
