"""Coins invented: by whoever has the site's own role, and by the owner with every trigger off."""

from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from ledger.models import Transaction
from lucky11.integrity.checks import CHECKS
from lucky11.operations.roles import roles
from tests.conftest import unguarded

PREFIX = "lucky11_test"
KINDS = ("role", "schema", "table", "column", "sequence", "function")
ADDS_UP = ("coins", "chain", "house")
FOLLOWS_THE_LAST = """
    UPDATE transactions t SET user_seq = p.user_seq + 1, balance_after = p.balance_after + t.amount
    FROM (SELECT user_seq, balance_after FROM transactions WHERE user_id = %s AND id <> %s
          ORDER BY user_seq DESC LIMIT 1) p WHERE t.id = %s"""
FITS_THE_CHAIN = """
    UPDATE transactions t SET hash = ledger_row_hash(p.hash, t) FROM transactions p
    WHERE p.user_id = t.user_id AND p.user_seq = t.user_seq - 1 AND t.id = %s"""
HOLDS_THEM = """
    UPDATE users u SET coins = t.balance_after FROM transactions t WHERE t.id = %s AND u.id = t.user_id"""


def as_site(statement: str, *values: Any) -> None:
    """Run a statement as the site's own role, as `manage.py db_roles` makes it, to the end of its checks."""
    _make_roles()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {PREFIX}_app")
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("RESET ROLE")


def _make_roles() -> None:
    """Make the roles, or give them what they lack; a second time in a test, nothing is left to do."""
    before, settings.DATABASE_ROLES = settings.DATABASE_ROLES, PREFIX
    try:
        with connection.cursor() as cursor:
            # The rights of tables with checks to come are not changed.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for difference in roles.differences():
                # Its rights alone: a change of the database's row would deadlock with a vacuum.
                if difference.fact.role == f"{PREFIX}_app" and difference.fact.kind in KINDS:
                    cursor.execute(difference.statement)
    finally:
        settings.DATABASE_ROLES = before


def refused(statement: str, *values: Any, sqlstate: str = "L11UP") -> None:
    """The site's role may not run it, for want of a proof or of the right; and no coin moved."""
    _make_roles()
    before = Transaction.objects.count()
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        as_site(statement, *values)
    assert getattr(refusal.value.__cause__, "sqlstate", None) == sqlstate, refusal.value
    assert Transaction.objects.count() == before


def forge(**columns: Any) -> int:
    """Plant a player's next row with every trigger off, so that everything adds up; return its number."""
    row = {"description": "Forged", "reference": "", "idempotency_key": "forged"} | columns
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    with unguarded() as cursor:
        cursor.execute(f"INSERT INTO transactions ({names}) VALUES ({marks}) RETURNING id", [*row.values()])
        number = int(cursor.fetchone()[0])
        cursor.execute(FOLLOWS_THE_LAST, [row["user_id"], number, number])
        cursor.execute(FITS_THE_CHAIN, [number])
        cursor.execute(HOLDS_THEM, [number])
    return number


def found(check: str, number: int) -> bool:
    """Whether the check names this transaction first, while everything that only adds up finds nothing."""
    assert [CHECKS[each]() for each in ADDS_UP] == [None] * len(ADDS_UP)
    defect = CHECKS[check]()
    return defect is not None and defect.row["transaction_id"] == number
