"""The record of an upgrade, in plain SQL: the models are ahead of the tables, or behind them, while it runs.

A process that is killed leaves its row unfinished; the next run reads it and goes on where it says.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

from lucky11.operations import maintenance_mode, runs

KIND = "upgrade"
UNFINISHED = "SELECT id, details FROM operation_runs WHERE kind = %s AND ended_at IS NULL ORDER BY id LIMIT 1"
BEGIN = "INSERT INTO operation_runs (kind, summary, details) VALUES (%s, %s, %s) RETURNING id"
END = """UPDATE operation_runs SET ok = %s, summary = %s, details = %s, ended_at = clock_timestamp()
         WHERE id = %s"""


@dataclass
class Journal:
    """One upgrade: what it found, what it has done, and the step that it is at."""

    row: int
    details: dict[str, Any]

    def note(self, **details: Any) -> None:
        """Remember something before the next thing is done."""
        self.details |= details
        with connection.cursor() as cursor:
            words = "UPDATE operation_runs SET details = %s WHERE id = %s"
            cursor.execute(words, [json.dumps(self.details), self.row])

    def end(self, *, ok: bool, summary: str) -> None:
        """Remember that it is over, and how it went."""
        with connection.cursor() as cursor:
            summary = summary[: runs.LONGEST_SUMMARY]
            cursor.execute(END, [ok, summary, json.dumps(self.details), self.row])


def unfinished() -> Journal | None:
    """Return the upgrade that was begun and is not over, or None."""
    return _first(KIND)


def begin(**details: Any) -> Journal:
    """Record that an upgrade starts now, who runs it and with which code."""
    return _begin(KIND, "", {**runs.who(), **details})


def others_maintain() -> bool:
    """Say whether maintenance is on that no upgrade began."""
    found = _first(maintenance_mode.KIND)
    return found is not None and "upgrade" not in found.details


def begin_maintenance(version: str) -> None:
    """Begin maintenance; if it is on already, it goes on."""
    if _first(maintenance_mode.KIND) is None:
        details = {**runs.who(), "upgrade": version}
        _begin(maintenance_mode.KIND, f"Upgrade to {version}", details)


def end_maintenance() -> None:
    """End maintenance."""
    while found := _first(maintenance_mode.KIND):
        found.end(ok=True, summary="An upgrade is over.")


def _begin(kind: str, summary: str, details: dict[str, Any]) -> Journal:
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [kind, summary, json.dumps(details)])
        return Journal(cursor.fetchone()[0], details)


def _first(kind: str) -> Journal | None:
    with connection.cursor() as cursor:
        cursor.execute(UNFINISHED, [kind])
        row = cursor.fetchone()
    if row is None:
        return None
    return Journal(row[0], row[1] if isinstance(row[1], dict) else json.loads(row[1]))
