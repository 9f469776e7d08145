"""Columns that can be restored from a backup in rows changed since: only those that nothing depends on.

Not on the list, and why: coins, statistics, tickets, draws, winners and proofs follow from one another and
are repaired as a whole (`check_integrity --repair`, a full restore); passwords, emails, staff rights,
suspensions, breaks, limits, claims and time zones are decisions that people may have made for good reason
since.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from psycopg import sql

from lucky11.operations import OperationError
from lucky11.operations.recovery.differences import Difference, primary_key

WRITTEN_BACK = {
    "users": {"first_name", "last_name", "profile_image_url", "is_vip"},
    "messages": {"kind", "title", "body", "url"},
    "message_choices": {"by_email", "on_site"},
}


def write_back(table: str, found: Iterable[Difference]) -> dict[str, list[str]]:
    """Give each changed row the copy's values in the listed columns; return them by the row's key.

    Raises OperationError for a table without such columns, and for a row that has changed in the meantime.
    A player who deleted the account stays without the name that the copy still has.
    """
    allowed = WRITTEN_BACK.get(table)
    if allowed is None:
        raise OperationError(
            f"Changed rows of {table} are not written back, only those of {', '.join(WRITTEN_BACK)}: "
            "rules, promises or decisions depend on them. Nothing was changed. Look at them one by one, or: "
            "manage.py db_restore BACKUP --into NAME --swap."
        )
    done = {}
    for each in found:
        names = _names(each, allowed)
        if names:
            _write(table, each, names)
            done[str(each.key)] = names
    return done


def _names(difference: Difference, allowed: set[str]) -> list[str]:
    copy, live = difference.copy, difference.live
    if copy is None or live is None or live.get("closed_at"):
        return []
    return sorted(name for name in allowed if name in copy and copy[name] != live.get(name))


def _write(table: str, difference: Difference, names: list[str]) -> None:
    key = sql.Identifier(primary_key(table))
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    words = sql.SQL(
        "UPDATE {table} AS t SET ({listed}) = "
        "(SELECT {listed} FROM jsonb_populate_record(NULL::{table}, %s::jsonb))"
        " WHERE t.{key} = %s AND to_jsonb(t) = %s::jsonb"
    ).format(table=sql.Identifier(table), listed=listed, key=key)
    copy, live = json.dumps(difference.copy), json.dumps(difference.live)
    given: list[Any] = [copy, difference.key, live]
    with connection.cursor() as cursor:
        cursor.execute(words, given)
        if cursor.rowcount != 1:
            raise OperationError(
                f"Row {difference.key} of {table} changed while this was running. Nothing was written. "
                "Run it again."
            )
