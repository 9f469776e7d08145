"""Checks that no coin was lost, doubled or invented: each names the first row that breaks it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True)
class Check:
    """A rule that must hold; `sql` selects the rows that break it, the first one first."""

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


# Clean books answer no row after reading everything, which the planner cannot know. So it is told that rows
# cost nothing (then all processors read); and the first row is asked of a MATERIALIZED query, planned for all
# its rows, which stops at the first all the same. With a bare LIMIT 1 it compared each player with each win.
FOR_LARGE_READS = "SELECT set_config('work_mem', '32MB', true), set_config('parallel_tuple_cost', '0', true)"


def first_bad_row(check: Check) -> str:
    """Return the query for the first row that breaks the rule."""
    return f"WITH bad AS MATERIALIZED ({check.sql}) SELECT * FROM bad LIMIT 1"


def run(check: Check) -> Defect | None:
    """Return the first row that breaks the rule, or None; reads only."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FOR_LARGE_READS)
        cursor.execute(first_bad_row(check))
        row = cursor.fetchone()
        columns = [column.name for column in cursor.description or ()]
    if row is None:
        return None
    return Defect(check.name, check.rule, dict(zip(columns, row, strict=True)))


# From when on the database has held a rule: rows from before were made without it, and stand.
SINCE = r"(SELECT max(applied) FROM django_migrations WHERE app = 'ledger' AND name LIKE '%\_{}')"

LEDGER_CHECKS = [
    Check(
        "coins",
        "A player's coins are the sum of their transactions (the guide's query).",
        """SELECT u.id AS user_id, u.coins, coalesce(sum(t.amount), 0) AS calculated_balance
           FROM users u LEFT JOIN transactions t ON u.id = t.user_id
           GROUP BY u.id, u.coins HAVING u.coins <> coalesce(sum(t.amount), 0) ORDER BY u.id""",
    ),
    Check(
        "chain",
        "A player's transactions are numbered 1, 2, 3 … and each carries the balance and the hash that "
        "follow from the one before.",
        # Each row beside the one before it: each has one, and no two the same number, so there is no gap.
        # Equal numbers are looked for only where the constraint that forbids them is gone.
        """SELECT t.user_id, t.user_seq, t.id AS transaction_id, t.balance_after
           FROM transactions t
           LEFT JOIN transactions p ON p.user_id = t.user_id AND p.user_seq = t.user_seq - 1
           WHERE (p.id IS NULL AND t.user_seq <> 1)
              OR t.balance_after <> coalesce(p.balance_after, 0)::bigint + t.amount
              OR t.hash <> ledger_row_hash(coalesce(p.hash, ''::bytea), t)
           UNION ALL
           SELECT user_id, user_seq, max(id), max(balance_after) FROM transactions
           WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'transactions'::regclass
                             AND pg_get_constraintdef(oid) = 'UNIQUE (user_id, user_seq)')
           GROUP BY user_id, user_seq HAVING count(*) > 1
           ORDER BY user_id, user_seq""",
    ),
    Check(
        "owners",
        "Every transaction belongs to a player.",
        """SELECT t.id AS transaction_id, t.user_id FROM transactions t
           LEFT JOIN users u ON u.id = t.user_id WHERE u.id IS NULL ORDER BY t.id""",
    ),
    Check(
        "refunds",
        "A refund gives one payment of the same player back, whole.",
        """SELECT r.id AS transaction_id, r.user_id, r.reverses_id FROM transactions r
           LEFT JOIN transactions e ON e.id = r.reverses_id
           WHERE r.reverses_id IS NOT NULL
             AND (e.id IS NULL OR e.type <> 'entry' OR e.user_id <> r.user_id OR e.amount <> -r.amount)
           ORDER BY r.id""",
    ),
    Check(
        "house",
        "The coins of players and house sum to zero.",
        "SELECT sum(coins) AS surplus FROM ledger_house HAVING sum(coins) <> 0",
    ),
    Check(
        "welcomes",
        "A player has one welcome bonus, and for it a mailbox that no other account had it for.",
        # Each mailbox has one row at most. Those of deleted accounts are remembered by keyed fingerprints.
        f"""SELECT t.id AS transaction_id, t.user_id FROM transactions t
            JOIN users u ON u.id = t.user_id AND u.closed_at IS NULL
            LEFT JOIN (SELECT DISTINCT user_id FROM welcomed_mailboxes) AS w ON w.user_id = t.user_id
            WHERE t.type = 'signup_bonus' AND t.reference NOT LIKE 'old:%' AND w.user_id IS NULL
              AND t.created_at > {SINCE.format("check_welcome_v1")}
            UNION ALL
            SELECT max(id), user_id FROM transactions WHERE type = 'signup_bonus'
            GROUP BY user_id
            HAVING count(*) > 1 AND max(created_at) > {SINCE.format("check_welcome_v1")}
            ORDER BY transaction_id""",
    ),
    Check(
        "visits",
        "A player's visits are of one day after another, and 24 hours apart after a change of the time zone.",
        f"""SELECT v.user_id, v.id AS transaction_id, v.day, v.day_before
            FROM (SELECT user_id, id, created_at, split_part(idempotency_key, ':', 3) AS day,
                         lag(split_part(idempotency_key, ':', 3)) OVER turn AS day_before,
                         lag(created_at) OVER turn AS before
                  FROM transactions WHERE type = 'daily_bonus' AND idempotency_key LIKE 'daily:%'
                    AND created_at > {SINCE.format("visits_of_movers")}
                  WINDOW turn AS (PARTITION BY user_id ORDER BY user_seq)) AS v
            JOIN users u ON u.id = v.user_id
            WHERE v.day <= v.day_before
               OR (u.time_zone_changed_at BETWEEN v.before AND v.created_at
                   AND v.created_at < v.before + interval '24 hours')
            ORDER BY v.id""",
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
