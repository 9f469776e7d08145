"""Changing the schema of a site in use: no long waits for locks, and a record of every run.

The record is written in plain SQL: the table's model may be ahead of the table while its own migrations run.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from psycopg import errors, sql

from lucky11.operations import runs

# An index whose concurrent build was cancelled: it slows every write and serves no query.
INVALID = """SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             WHERE NOT i.indisvalid AND c.relnamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index p
                               WHERE p.index_relid = i.indexrelid)"""


@dataclass(frozen=True)
class Limits:
    """Seconds that a migration may wait for a lock, and that one statement may take; 0: no limit."""

    lock: float
    statement: float


@dataclass
class Run:
    """The record of one run of migrate."""

    target: str
    before: set[tuple[str, str]]
    tries: int = 0
    row: int | None = field(default=None)


@contextmanager
def limited(database: BaseDatabaseWrapper, limits: Limits) -> Iterator[None]:
    """Apply the limits to every statement on this connection inside the block."""
    _set(database, limits.lock, limits.statement)
    try:
        yield
    finally:
        if database.connection is not None and not database.in_atomic_block and database.is_usable():
            with database.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
                cursor.execute("RESET statement_timeout")


def is_timeout(error: Exception) -> bool:
    """Say whether the error means that a lock was not available in time."""
    return isinstance(error.__cause__, errors.LockNotAvailable)


def took_too_long(error: Exception) -> bool:
    """Say whether the error means that a statement ran for longer than allowed."""
    return isinstance(error.__cause__, errors.QueryCanceled)


def pause(number: int) -> None:
    """Give the holder of the lock time to finish, longer with each attempt."""
    time.sleep(min(2**number, 30) / 2)


def drop_invalid_indexes(database: BaseDatabaseWrapper) -> list[str]:
    """Drop the leftovers of interrupted index builds, so that they can be made again; return their names."""
    with database.cursor() as cursor:
        cursor.execute(INVALID)
        names = [name for (name,) in cursor.fetchall()]
        if not database.in_atomic_block:
            for name in names:
                cursor.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.SQL(name)))
    return names


@contextmanager
def kept(database: BaseDatabaseWrapper, target: str) -> Iterator[Run]:
    """Record who migrated and when, from what to what, with which version, and how it ended."""
    run = Run(target, _applied(database))
    run.row = _begin(database, run)
    try:
        yield run
    except BaseException as error:
        _end(database, run, ok=False, summary=runs.why(error))
        raise
    _end(database, run, ok=True, summary=None)


def _begin(database: BaseDatabaseWrapper, run: Run) -> int | None:
    if not _is_there(database):
        return None
    details = json.dumps({**runs.who(), "target": run.target})
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO operation_runs (kind, details) VALUES ('migrate', %s) RETURNING id", [details]
        )
        return int(cursor.fetchone()[0])


def _end(database: BaseDatabaseWrapper, run: Run, *, ok: bool, summary: str | None) -> None:
    # After a rollback to before this table existed, or without a database, there is nowhere to write.
    try:
        if not _is_there(database):
            return
        after = _applied(database)
        done, undone = sorted(after - run.before), sorted(run.before - after)
        details: dict[str, Any] = {**runs.who(), "target": run.target, "tries": run.tries}
        details |= {
            "applied": [".".join(each) for each in done],
            "unapplied": [".".join(each) for each in undone],
        }
        said = summary or f"{len(done)} applied, {len(undone)} unapplied."
        values: list[Any] = [ok, said[: runs.LONGEST_SUMMARY], json.dumps(details)]
        with database.cursor() as cursor:
            if run.row is None:
                cursor.execute(
                    "INSERT INTO operation_runs (kind, ok, summary, details, ended_at) "
                    "VALUES ('migrate', %s, %s, %s, statement_timestamp())",
                    values,
                )
            else:
                cursor.execute(
                    "UPDATE operation_runs SET ok = %s, summary = %s, details = %s, "
                    "ended_at = statement_timestamp() WHERE id = %s",
                    [*values, run.row],
                )
    except (DatabaseError, InterfaceError):
        if ok:
            raise


def _applied(database: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    return set(MigrationRecorder(database).applied_migrations())


def _is_there(database: BaseDatabaseWrapper) -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT to_regclass('operation_runs') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _set(database: BaseDatabaseWrapper, lock: float, statement: float) -> None:
    with database.cursor() as cursor:
        for name, seconds in (("lock_timeout", lock), ("statement_timeout", statement)):
            cursor.execute("SELECT set_config(%s, %s, false)", [name, f"{int(seconds * 1000)}ms"])
