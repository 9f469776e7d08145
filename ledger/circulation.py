"""Coins in circulation: what all players hold together, counted once a day so that no page adds it up."""

from collections.abc import Sequence

from django.db import connection

from ledger.models import CoinDay

DAYS = 30
LARGEST = 50  # players with the most coins who are kept by name

# One snapshot: the sum and the list agree. The second count on a day changes nothing.
COUNT = """
    INSERT INTO coin_days (day, coins, holders, largest)
    SELECT (now() AT TIME ZONE 'UTC')::date, coalesce(sum(coins), 0), count(*) FILTER (WHERE coins > 0),
           ARRAY(SELECT id FROM users WHERE coins > 0 ORDER BY coins DESC, id LIMIT %s)
    FROM users
    ON CONFLICT (day) DO NOTHING"""
COUNTED = "SELECT EXISTS (SELECT FROM coin_days WHERE day = (now() AT TIME ZONE 'UTC')::date)"


def count_coins() -> bool:
    """Count what players hold, once for each day in UTC; whether this call counted."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        if cursor.fetchone()[0]:
            return False
        cursor.execute(COUNT, [LARGEST])
        return bool(cursor.rowcount)


def coin_days() -> Sequence[CoinDay]:
    """Return the last DAYS counts, the oldest first: one query."""
    return list(CoinDay.objects.order_by("-day").defer("largest")[:DAYS])[::-1]


def largest_holders() -> Sequence[str]:
    """Return ids of the players who held the most coins at the newest count; empty before the first one."""
    newest = CoinDay.objects.order_by("-day").values_list("largest", flat=True).first()
    return newest or []
