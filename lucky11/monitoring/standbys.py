"""Standbys of this server, and how far behind they are, including one that is gone but has kept its slot."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

# On a standby itself, the log it has received is the newest there is. From PostgreSQL 17 on, a slot knows
# since when it has been unused.
STANDBYS = """
    WITH here AS (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                         ELSE pg_current_wal_lsn() END AS newest)
    SELECT application_name, coalesce(state, ''),
           coalesce(pg_wal_lsn_diff(newest, coalesce(replay_lsn, sent_lsn)), 0)::bigint,
           round(extract(epoch FROM replay_lag), 1)::float
    FROM pg_stat_replication, here
    UNION ALL
    SELECT slot_name::text, 'gone', coalesce(pg_wal_lsn_diff(newest, restart_lsn), 0)::bigint,
           round(extract(epoch FROM clock_timestamp()
                                    - (to_jsonb(s) ->> 'inactive_since')::timestamptz), 1)::float
    FROM pg_replication_slots s, here WHERE NOT active AND NOT temporary
    ORDER BY 1, 2"""


@dataclass(frozen=True)
class Standby:
    """A standby: `bytes` of log that it has not replayed, and for how many seconds (None: unknown)."""

    name: str
    state: str
    bytes: int
    seconds: float | None

    @property
    def late(self) -> bool:
        """Say whether it is further behind than allowed."""
        slow = (self.seconds or 0) > settings.ALERT_STANDBY_SECONDS
        return bool(slow or self.bytes > settings.ALERT_STANDBY_MEGABYTES * 1_000_000)

    def __str__(self) -> str:
        since = "" if self.seconds is None else f" and {self.seconds:.0f} seconds"
        return f"The standby {self.name} ({self.state}) is {self.bytes} bytes{since} behind."


def standbys() -> list[Standby]:
    """Return all standbys, by name."""
    with connection.cursor() as cursor:
        cursor.execute(STANDBYS)
        return [Standby(*row) for row in cursor.fetchall()]


def most_bytes() -> int:
    """Return how many bytes the slowest one is behind; 0 without standbys."""
    return max((each.bytes for each in standbys()), default=0)


def most_seconds() -> float:
    """Return how many seconds the slowest one has been behind; 0 without standbys."""
    return max((each.seconds or 0 for each in standbys()), default=0)
