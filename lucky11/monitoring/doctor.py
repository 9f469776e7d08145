"""The state of the database: the first things to check when it is slow. Reads PostgreSQL's own statistics.

Findings are English, for the log and the command; the staff's page shows them in its reader's language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_noop as _
from psycopg.errors import LockNotAvailable

from lucky11.monitoring import standbys
from lucky11.monitoring.measures import LONG_QUERY_SECONDS

FEW_CONNECTIONS_LEFT = 0.9
GOOD_CACHE = 0.9
SHOWN = 20
DEAD_ROWS = 10_000  # below, a bloated table costs nothing worth a line


@dataclass(frozen=True)
class Finding:
    """One part of the report: rows to read, whether something needs doing, and what."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    bad: bool = False
    advice: str = ""
    note: str = ""


def examine() -> list[Finding]:
    """Return every part of the report, in the order in which to read them."""
    return [_with_short_locks(title, part) for title, part in PARTS.items()]


def _with_short_locks(title: str, part: Callable[[], Finding]) -> Finding:
    """Return one part; do not wait for a table that is locked."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
            return part()
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return Finding(title, (), [], True, _("Could not be read because a table is locked."))


def connections() -> Finding:
    """Count the connections by state."""
    rows = _rows(
        """SELECT coalesce(state, 'unknown'), count(*)::int, current_setting('max_connections')::int
           FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1 ORDER BY 2 DESC, 1"""
    )
    full = bool(rows) and sum(row[1] for row in rows) > rows[0][2] * FEW_CONNECTIONS_LEFT
    return Finding(
        _("Connections"),
        (_("state"), _("connections"), _("of")),
        rows,
        full,
        _("Use fewer web processes, or set DATABASE_POOL_SIZE."),
    )


def long_queries() -> Finding:
    """List queries of more than five seconds, and transactions that have been idle for that long."""
    rows = _rows(
        """SELECT pid, state, floor(extract(epoch FROM clock_timestamp() - xact_start))::int,
                  coalesce(wait_event, ''),
                  left(regexp_replace(query, '\\s+', ' ', 'g'), 120)
           FROM pg_stat_activity
           WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'
             AND clock_timestamp() - xact_start > %s * interval '1 second' ORDER BY xact_start LIMIT %s""",
        [LONG_QUERY_SECONDS, SHOWN],
    )
    advice = _(
        "SELECT pg_cancel_backend(process) ends a query, pg_terminate_backend(process) its connection."
    )
    return Finding(
        _("Database transactions of more than 5 s"),  # LONG_QUERY_SECONDS
        (_("process"), _("state"), _("seconds"), _("waits for"), _("query")),
        rows,
        bool(rows),
        advice,
    )


def blocked() -> Finding:
    """List the processes that wait for a lock, and the ones that hold it."""
    rows = _rows(
        """SELECT a.pid, floor(extract(epoch FROM clock_timestamp() - a.query_start))::int, b.pid, b.state,
                  left(regexp_replace(b.query, '\\s+', ' ', 'g'), 120)
           FROM pg_stat_activity a, unnest(pg_blocking_pids(a.pid)) AS holder
           JOIN pg_stat_activity b ON b.pid = holder
           WHERE a.wait_event_type = 'Lock' ORDER BY a.query_start LIMIT %s""",
        [SHOWN],
    )
    columns = (_("waits"), _("seconds"), _("holder"), _("state"), _("holder's last query"))
    return Finding(
        _("Waiting for a lock"),
        columns,
        rows,
        bool(rows),
        _("The process that holds the lock must end its transaction."),
    )


def invalid_indexes() -> Finding:
    """List indexes whose creation was interrupted."""
    rows = _rows(
        """SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index
           WHERE NOT indisvalid AND NOT EXISTS (
               SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = indexrelid)"""
    )
    return Finding(
        _("Invalid indexes"), (_("table"), _("index")), rows, bool(rows), _("`manage.py migrate` drops them.")
    )


def unused_indexes() -> Finding:
    """List indexes without a query since the statistics began; unique ones guard rules, so skip them."""
    rows = _rows(
        """SELECT s.relname, s.indexrelname, pg_relation_size(s.indexrelid) FROM pg_stat_user_indexes s
           JOIN pg_index i USING (indexrelid)
           WHERE s.idx_scan = 0 AND NOT i.indisunique AND pg_relation_size(s.indexrelid) > 1048576
           ORDER BY 3 DESC LIMIT %s""",
        [SHOWN],
    )
    return Finding(_("Indexes that no query used"), (_("table"), _("index"), _("bytes")), rows)


def tables() -> Finding:
    """List the largest tables, with their dead rows and when they were last vacuumed and analysed."""
    rows = _rows(
        """SELECT relname, pg_total_relation_size(relid), n_live_tup, n_dead_tup,
                  coalesce(to_char(greatest(last_vacuum, last_autovacuum), 'YYYY-MM-DD HH24:MI'), 'never'),
                  coalesce(to_char(greatest(last_analyze, last_autoanalyze), 'YYYY-MM-DD HH24:MI'), 'never')
           FROM pg_stat_user_tables ORDER BY 2 DESC LIMIT %s""",
        [SHOWN],
    )
    bloated = any(dead > DEAD_ROWS and dead > live for _, _, live, dead, _, _ in rows)
    columns = (_("table"), _("bytes"), _("rows (estimate)"), _("dead rows"), _("vacuumed"), _("analysed"))
    return Finding(
        _("Tables"),
        columns,
        rows,
        bloated,
        _("There are more dead rows than live ones. Run VACUUM, and find the transaction that keeps them."),
    )


def cache() -> Finding:
    """Report how many blocks were found in memory."""
    rows = _rows(
        """SELECT sum(heap_blks_hit)::bigint, sum(heap_blks_read)::bigint,
                  round(sum(heap_blks_hit) / nullif(sum(heap_blks_hit + heap_blks_read), 0), 4)::float
           FROM pg_statio_user_tables"""
    )
    found, read, rate = rows[0]
    poor = rate is not None and rate < GOOD_CACHE and read > 100_000
    return Finding(
        _("Cache"),
        (_("found"), _("read"), _("rate")),
        [(found, read, rate)],
        poor,
        _("Raise shared_buffers."),
    )


def replication() -> Finding:
    """List the standbys, and how far behind they are."""
    found = standbys.standbys()
    rows = [(each.name, each.state, each.bytes, each.seconds) for each in found]
    columns = (_("name"), _("state"), _("bytes behind"), _("seconds behind"))
    late = any(each.late for each in found)
    advice = _("Read the standby's log. If its replay is paused, run SELECT pg_wal_replay_resume() there.")
    return Finding(_("Standbys"), columns, rows, late, advice)


def slow_queries() -> Finding:
    """List the queries that took the most time in total, if pg_stat_statements is installed."""
    columns = (_("calls"), _("milliseconds each"), _("query"))
    if not _rows("SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'"):
        return Finding(_("Slow queries"), columns, [], note=_("pg_stat_statements is not installed here."))
    # A database that has it may have been restored on a server that does not load it.
    if not _rows("SELECT 1 FROM pg_settings WHERE name = 'pg_stat_statements.max'"):
        note = _("pg_stat_statements is not loaded here. Add it to shared_preload_libraries.")
        return Finding(_("Slow queries"), columns, [], note=note)
    rows = _rows(
        """SELECT calls, round(mean_exec_time::numeric, 2)::float,
                  left(regexp_replace(query, '\\s+', ' ', 'g'), 120)
           FROM pg_stat_statements
           WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
           ORDER BY total_exec_time DESC LIMIT %s""",
        [SHOWN],
    )
    return Finding(_("Slow queries"), columns, rows)


def disks() -> Finding:
    """List the disks of this machine; the database's own machine needs an exporter of its own."""
    usage = [(path, psutil.disk_usage(path)) for path in settings.ALERT_DISKS]
    rows = [(path, disk.total, disk.free, disk.percent) for path, disk in usage]
    full = any(row[3] > settings.ALERT_DISK_PERCENT for row in rows)
    return Finding(
        _("Disks"),
        (_("path"), _("bytes"), _("free"), _("percent")),
        rows,
        full,
        _("Free some space: docs/operations.md."),
    )


def size() -> Finding:
    """Report the size and version of the database."""
    rows = _rows("SELECT current_database(), pg_database_size(current_database()), version()")
    return Finding(_("Database"), (_("name"), _("bytes"), _("server")), rows)


# The title of each part in case it cannot be read, in the order of the report.
PARTS: dict[str, Callable[[], Finding]] = {
    _("Size"): size,
    _("Connections"): connections,
    _("Long queries"): long_queries,
    _("Blocked"): blocked,
    _("Invalid indexes"): invalid_indexes,
    _("Unused indexes"): unused_indexes,
    _("Tables"): tables,
    _("Cache"): cache,
    _("Replication"): replication,
    _("Slow queries"): slow_queries,
    _("Disks"): disks,
}


def _rows(query: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
