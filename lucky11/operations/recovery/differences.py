"""Differences, row by row, between the live database and a copy restored beside it."""

from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from lucky11.operations import OperationError, database_server
from lucky11.operations.recovery.table_copies import columns

MOST = 100_000
TIMEOUT_MS = 60_000
Row = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """A row of the copy and the live one of the same key; one of them may be missing."""

    key: Any
    copy: Row | None
    live: Row | None

    def __str__(self) -> str:
        if self.live is None:
            return f"missing  {self.key}: {_words(self.copy or {})}"
        if self.copy is None:
            return f"newer    {self.key}: only in the live database"
        changed = [n for n, value in self.copy.items() if self.live.get(n) != value]
        return f"changed  {self.key}: " + ", ".join(
            f"{n} {self.copy[n]!r} → {self.live.get(n)!r}" for n in changed
        )


def primary_key(table: str) -> str:
    """Return the table's key. Raises OperationError if there is no such table or no single-column key."""
    columns(table)
    with connection.cursor() as cursor:
        key = connection.introspection.get_primary_key_column(cursor, table)
        if key is None:
            raise OperationError(f"{table} has no single-column key, so its rows cannot be compared.")
        return str(key)


def differences(table: str, where: str, copy: str) -> list[Difference]:
    """Return the rows that match the SQL condition in either database and differ between them, by key.

    The condition runs in read-only database transactions with a timeout. Raises OperationError if it
    is not one condition, takes longer than a minute, or matches more than 100,000 rows.
    """
    key = primary_key(table)
    with database_server.connect(copy) as theirs, database_server.connect() as ours:
        keys = _keys(theirs, table, key, where) | _keys(ours, table, key, where)
        before, after = _rows(theirs, table, key, keys), _rows(ours, table, key, keys)
    pairs = (Difference(each, before.get(each), after.get(each)) for each in sorted(keys))
    return [pair for pair in pairs if pair.copy != pair.live]


def _keys(database: psycopg.Connection, table: str, key: str, where: str) -> set[Any]:
    words = sql.SQL("SELECT {} FROM {} WHERE ({}) LIMIT %s").format(
        sql.Identifier(key),
        sql.Identifier("public", table),
        sql.SQL(where.replace("%", "%%")),
    )
    try:
        with _read_only_transaction(database):
            # With a parameter, the server accepts only one statement.
            found = {value for (value,) in database.execute(words, [MOST + 1])}
    except psycopg.Error as error:
        raise OperationError(
            f"The condition is not valid: {str(error).splitlines()[0]}. Nothing was changed. "
            "Write what follows WHERE in SQL; it can only read."
        ) from error
    if len(found) > MOST:
        raise OperationError(f"More than {MOST:,} rows match the condition. Nothing was changed. Narrow it.")
    return found


def _rows(database: psycopg.Connection, table: str, key: str, keys: set[Any]) -> dict[Any, Row]:
    words = sql.SQL("SELECT t.{}, to_jsonb(t) FROM {} t WHERE t.{} = ANY(%s)").format(
        sql.Identifier(key), sql.Identifier("public", table), sql.Identifier(key)
    )
    with _read_only_transaction(database):
        return dict(database.execute(words, [list(keys)]).fetchall()) if keys else {}


def _read_only_transaction(database: psycopg.Connection) -> Any:
    database.read_only = True
    database.execute(sql.SQL("SET statement_timeout = {}").format(TIMEOUT_MS))
    return database.transaction()


def _words(row: Row) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in row.items() if value not in (None, ""))
