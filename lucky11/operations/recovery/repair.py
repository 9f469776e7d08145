"""Repairing the live database after a loss from a restored copy, without ever editing the ledger."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.db import Error, connection, transaction
from psycopg import sql

from accounts.models import User
from ledger.exceptions import LedgerError
from ledger.integrity import repair_coins
from ledger.models import CoinOrder, Transaction
from ledger.services import adjust
from lucky11.operations import OperationError, database_server
from lucky11.operations.backups.extensions import Say
from lucky11.operations.backups.restore import restore_beside
from lucky11.operations.recovery.columns import write_back
from lucky11.operations.recovery.differences import Difference, Row
from lucky11.operations.recovery.table_copies import columns, defects, follow_numbers

LEDGER = "transactions"
STAYS = {"participations", "winners"}


@dataclass(frozen=True)
class Repair:
    """What was or would be done: rows put back, columns written back by key, coins moved by adjustments."""

    rows: int = 0
    written: dict[str, list[str]] = field(default_factory=dict)
    adjustments: int = 0
    coins: int = 0


@contextmanager
def restored(backup: str, say: Say) -> Iterator[str]:
    """Restore the backup into a database and check it; yield its name, and drop it after the block."""
    scratch = f"{database_server.live()[:40]}_recover_{backup.rpartition('-')[2]}"
    database_server.drop(scratch)
    try:
        restore_beside(backup, scratch, say, grants=False)
        yield scratch
    finally:
        database_server.drop(scratch)


def repair(
    table: str, found: list[Difference], *, source: str, actor: str | None, changed: bool, apply: bool
) -> Repair:
    """Put back what is missing, in one database transaction; without `apply`, roll everything back.

    With `changed`, existing rows get back the columns for which that is safe (`WRITTEN_BACK`). Missing
    or changed ledger rows become adjustments by the staff member with the email `actor`, once each, with
    `source` in their reason. Raises OperationError if a rule of the database, or a check of the books that
    it passed before, forbids it; then nothing was changed.
    """
    before = defects()
    try:
        with transaction.atomic():
            written = write_back(table, found) if changed else {}
            done = _adjust(found, source, actor) if table == LEDGER else _put_back(table, found)
            worse = sorted(defects() - before)
            if worse:
                raise OperationError(f"Then {', '.join(worse)} would not hold. Nothing was changed.")
            transaction.set_rollback(not apply)
        return replace(done, written=written)
    except (Error, LedgerError) as error:
        raise OperationError(
            f"A rule forbids it: {str(error).splitlines()[0]} Nothing was changed. To bring back rows that "
            "the rules keep out, restore everything: manage.py db_restore BACKUP --into NAME --swap."
        ) from error


def _put_back(table: str, found: Iterable[Difference]) -> Repair:
    """Insert the missing rows through the table's triggers; `users.coins` follows the ledger."""
    missing = _without_those_who_left(table, [each.copy for each in found if each.live is None and each.copy])
    names = columns(table)
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    words = sql.SQL(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE "
        "SELECT {} FROM jsonb_populate_record(NULL::{}, %s::jsonb)"
    ).format(sql.Identifier(table), listed, listed, sql.Identifier(table))
    with connection.cursor() as cursor:
        for row in missing:
            cursor.execute(words, [json.dumps({name: row.get(name) for name in names})])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    if missing:
        follow_numbers(table)
    if table == "users":
        repair_coins()
    return Repair(rows=len(missing))


def _without_those_who_left(table: str, rows: list[Row]) -> list[Row]:
    """Leave out the rows that players erased with their accounts; only tickets and wins stay, by number."""
    if table in STAYS:
        return rows
    players = {row["user_id"] for row in rows if row.get("user_id")}
    left = set(User.objects.filter(pk__in=players, closed_at__isnull=False).values_list("pk", flat=True))
    return [row for row in rows if row.get("user_id") not in left]


def _adjust(found: Iterable[Difference], source: str, actor: str | None) -> Repair:
    staff = User.objects.filter(email=actor, is_staff=True, is_active=True).first() if actor else None
    if staff is None:
        raise OperationError(
            "Adjustments name the member of staff who makes them: --actor EMAIL. Nothing was changed."
        )
    owed = [each for each in map(_owed, found) if each]
    posted = coins = 0
    # Coins are added before coins are taken, so that nobody is short in between.
    for row, amount, key in sorted(owed, key=lambda each: -each[1]):
        if not Transaction.objects.filter(idempotency_key=key).exists():
            lost = f"transaction {row['id']} ({row['type']}, {row['amount']:+}) was lost"
            reason = f"Recovered from {source}: {lost}."
            CoinOrder.objects.create(user_id=row["user_id"], coins=amount, idempotency_key=key)
            adjust(str(row["user_id"]), amount, reason, actor=staff, key=key)
            posted, coins = posted + 1, coins + amount
    return Repair(adjustments=posted, coins=coins)


def _owed(difference: Difference) -> tuple[Row, int, str] | None:
    """Return the row, the coins that its player lacks (negative: has too many), and the movement's key."""
    row = difference.copy
    if row is None:
        return None
    now = int(difference.live["amount"]) if difference.live else 0
    amount = int(row["amount"]) - now
    return (row, amount, f"recover:{row['id']}:{amount}") if amount else None
