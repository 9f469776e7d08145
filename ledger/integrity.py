"""Checks that no coin was lost, doubled or invented: each names the first row that breaks it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Check:
    """A rule that must hold; `sql` answers one row, the first that breaks it, or none."""

    name: str
    rule: str
    sql: str


@dataclass(frozen=True)
class Defect:
    """The first row that breaks a rule."""

    check: str
    rule: str
    row: dict[str, Any]

    def __str__(self) -> str:
        fields = ", ".join(f"{name} {value}" for name, value in self.row.items())
        return f"{self.check}: {self.rule} First bad row: {fields}."


def run(check: Check) -> Defect | None:
    """The first row that breaks the rule, or None; reads only."""
    with connection.cursor() as cursor:
        cursor.execute(check.sql)
        row = cursor.fetchone()
        columns = [column.name for column in cursor.description or ()]
    if row is None:
        return None
    return Defect(check.name, check.rule, dict(zip(columns, row, strict=True)))


LEDGER_CHECKS = [
    Check(
        "coins",
        "A player's coins are the sum of their transactions (the guide's query).",
        """SELECT u.id AS user_id, u.coins, coalesce(sum(t.amount), 0) AS calculated_balance
           FROM users u LEFT JOIN transactions t ON u.id = t.user_id
           GROUP BY u.id, u.coins HAVING u.coins <> coalesce(sum(t.amount), 0) ORDER BY u.id LIMIT 1""",
    ),
    Check(
        "chain",
        "A player's transactions are numbered 1, 2, 3 … and each carries the balance and the hash that "
        "follow from the one before.",
        """SELECT user_id, user_seq, id AS transaction_id, balance_after FROM (
               SELECT t.user_id, t.user_seq, t.id, t.amount, t.balance_after, t.hash,
                      row_number() OVER player AS expected_seq,
                      sum(t.amount) OVER player AS expected_balance,
                      ledger_row_hash(coalesce(lag(t.hash) OVER player, ''::bytea), t) AS expected_hash
               FROM transactions t WINDOW player AS (PARTITION BY t.user_id ORDER BY t.user_seq)) AS walked
           WHERE user_seq <> expected_seq OR balance_after <> expected_balance OR hash <> expected_hash
           ORDER BY user_id, user_seq LIMIT 1""",
    ),
    Check(
        "owners",
        "Every transaction belongs to a player.",
        """SELECT t.id AS transaction_id, t.user_id FROM transactions t
           LEFT JOIN users u ON u.id = t.user_id WHERE u.id IS NULL ORDER BY t.id LIMIT 1""",
    ),
    Check(
        "refunds",
        "A refund gives one payment of the same player back, whole.",
        """SELECT r.id AS transaction_id, r.user_id, r.reverses_id FROM transactions r
           LEFT JOIN transactions e ON e.id = r.reverses_id
           WHERE r.reverses_id IS NOT NULL
             AND (e.id IS NULL OR e.type <> 'entry' OR e.user_id <> r.user_id OR e.amount <> -r.amount)
           ORDER BY r.id LIMIT 1""",
    ),
    Check(
        "house",
        "The coins of players and house sum to zero.",
        "SELECT sum(coins) AS surplus FROM ledger_house HAVING sum(coins) <> 0",
    ),
]


def repair_coins() -> int:
    """Set `users.coins` to what the ledger says, where it differs; no ledger row is touched."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH last AS (SELECT DISTINCT ON (user_id) user_id, balance_after FROM transactions
                             ORDER BY user_id, user_seq DESC)
               UPDATE users SET coins = coalesce(last.balance_after, 0)
               FROM users AS u LEFT JOIN last ON last.user_id = u.id
               WHERE users.id = u.id AND u.coins <> coalesce(last.balance_after, 0)"""
        )
        return int(cursor.rowcount)
