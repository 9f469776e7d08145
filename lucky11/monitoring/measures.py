"""Numbers of the site as a whole, from the database and Redis, for alerts, metrics and reports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce
from redis import RedisError

from accounts.models import User
from accounts.notifications import outbox
from common import heartbeat
from common.database.clock import database_now
from draws.lifecycle.overdue import overdue_draws
from draws.models import Draw
from lucky11.models import Incident, OperationRun
from lucky11.operations import runs

# The procedures whose age matters, by the name of their metric.
BACKUP, DRILL, INTEGRITY = "db_backup", "backup_drill", "check_integrity"

LONG_QUERY_SECONDS = 5
# A backup copies for as long as it takes.
LONG_BY_NATURE = ("pg_dump", "pg_basebackup", "pg_restore")
LONG_QUERIES = """
    SELECT pid, floor(extract(epoch FROM clock_timestamp() - query_start))::int,
           left(regexp_replace(query, '\\s+', ' ', 'g'), 120)
    FROM pg_stat_activity
    WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
      AND application_name <> ALL(%s) AND clock_timestamp() - query_start > %s * interval '1 second'
    ORDER BY query_start"""
LONG_QUERIES_VALUES: list[Any] = [list(LONG_BY_NATURE), LONG_QUERY_SECONDS]


@dataclass(frozen=True)
class Age:
    """Seconds since a procedure last succeeded (None: never), and whether its newest run failed."""

    seconds: float | None
    failed: bool


def draws_by_state() -> dict[str, int]:
    """Count the draws in each state, by the site's words for the states."""
    published, ended = Q(published_at__isnull=False), Q(cancelled_at__isnull=False)
    states = {
        "draft": Q(published_at__isnull=True),
        "open": published & Q(frozen_at__isnull=True) & ~ended,
        "frozen": Q(frozen_at__isnull=False, drawn_at__isnull=True) & ~ended,
        "drawn": Q(drawn_at__isnull=False),
        "cancelled": ended,
    }
    found = Draw.objects.aggregate(**{name: Count("pk", filter=state) for name, state in states.items()})
    return {name: int(found[name]) for name in states}


def overdue() -> int:
    """Count draws that are not frozen, drawn or settled a minute after they should be."""
    return overdue_draws(Draw.objects.all()).count()


def waiting_for_beacon(older_than: float = 0) -> int:
    """Count draws that were frozen more than this many seconds ago and wait for their public beacon."""
    rows = Draw.objects.filter(frozen_at__isnull=False, drawn_at__isnull=True, cancelled_at__isnull=True)
    now = database_now()
    frozen = rows.exclude(fairness_mode="local").values_list("frozen_at", flat=True)
    return sum((now - at).total_seconds() >= older_than for at in frozen if at is not None)


def coins() -> int:
    """Return how many coins players hold."""
    return _sum(User.objects.aggregate(all=_total("coins")))


def tickets() -> int:
    """Return how many tickets are taken in all draws."""
    return _sum(Draw.objects.aggregate(all=_total("current_participants")))


def mails_waiting() -> int:
    """Count the emails that are waiting to be sent."""
    return outbox.waiting()


def age_of_worker() -> float | None:
    """Return the seconds since a worker last finished the sweep that beat schedules every second."""
    return _age("worker")


def age_of_beat() -> float | None:
    """Return the seconds since beat last scheduled that sweep."""
    return _age("beat")


def age(kind: str) -> Age:
    """Return how long ago a procedure last succeeded, by the database's clock."""
    good, last = runs.last_good(kind), finished(kind)
    return Age(_seconds_since(good.ended_at if good else None), last is not None and last.ok is False)


def first_good(kind: str) -> float:
    """Return the seconds since a procedure first succeeded; 0 if it never did."""
    first = OperationRun.objects.filter(kind=kind, ok=True).order_by("id").first()
    return _seconds_since(first.ended_at if first else None) or 0.0


def finished(kind: str) -> OperationRun | None:
    """Return the newest finished run of a procedure."""
    return OperationRun.objects.filter(kind=kind, ok__isnull=False).order_by("-id").first()


def open_incidents() -> int:
    """Count the incidents that are not over."""
    return Incident.objects.filter(ended_at__isnull=True).count()


def connections() -> tuple[int, int]:
    """Return the number of connections to the server, and how many it accepts."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity
               WHERE backend_type = 'client backend'"""
        )
        used, most = cursor.fetchone()
    return int(used), int(most)


def long_queries() -> int:
    """Count the queries that have been running for more than five seconds, except backups."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({LONG_QUERIES}) AS found", LONG_QUERIES_VALUES)
        return int(cursor.fetchone()[0])


def table_bytes() -> dict[str, int]:
    """Return the size of every table with its indexes, largest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC, 1"
        )
        return dict(cursor.fetchall())


def database_bytes() -> int:
    """Return the size of the database on its disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _seconds_since(when: datetime | None) -> float | None:
    return None if when is None else (database_now() - when).total_seconds()


def _age(name: str) -> float | None:
    try:
        return heartbeat.age(name)
    except RedisError:
        return None


def _total(column: str) -> Coalesce:
    return Coalesce(Sum(F(column)), Value(0), output_field=BigIntegerField())


def _sum(found: dict[str, int]) -> int:
    return int(found["all"])
