"""How many coins the site gives, for what and since when.

Only the database's owner writes them: `migrate` does, whenever the settings differ.
"""

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from ledger.models import CoinRate

KINDS = [str(kind) for kind in CoinRate.Kind.values]
FOLLOW = """
    INSERT INTO coin_rates (kind, coins)
    SELECT kind, coins FROM unnest(%s::text[], %s::integer[]) AS wanted (kind, coins)
    WHERE NOT EXISTS (SELECT FROM coin_rates r WHERE r.kind = wanted.kind)
       OR coins IS DISTINCT FROM coin_rate(kind)"""


def of_settings() -> dict[str, int | None]:
    """Return the coins that the settings name for each kind; None means no limit."""
    return {
        CoinRate.Kind.SIGNUP_BONUS: settings.SIGNUP_BONUS_COINS,
        CoinRate.Kind.DAILY_BONUS: settings.DAILY_BONUS_COINS,
        CoinRate.Kind.ADJUSTMENT: settings.ADJUSTMENT_APPROVAL_COINS if settings.STAFF_APPROVALS else None,
    }


def follow_settings(using: str = DEFAULT_DB_ALIAS) -> int:
    """Write a new rate, in force from now on, for each kind whose rate differs; return how many did.

    Raises a DatabaseError for a role that does not own the table.
    """
    wanted = of_settings()
    with connections[using].cursor() as cursor:
        cursor.execute(FOLLOW, [list(wanted), list(wanted.values())])
        return int(cursor.rowcount)


def after_migrating(using: str, **kwargs: Any) -> None:
    """Follow the settings once `migrate` is done, if it went as far as the table."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('coin_rate(text, timestamptz)') IS NOT NULL")
        made = cursor.fetchone()[0]
    if made:
        follow_settings(using)


def in_force(using: str = DEFAULT_DB_ALIAS) -> dict[str, int | None]:
    """Return the coins of every kind as of now, by one query; None means no limit."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT kind, coin_rate(kind) FROM unnest(%s::text[]) AS asked (kind)", [KINDS])
        return dict(cursor.fetchall())


def rate(kind: str, using: str = DEFAULT_DB_ALIAS) -> int | None:
    """Return the coins of a kind as of now; None means no limit."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT coin_rate(%s)", [kind])
        coins: int | None = cursor.fetchone()[0]
        return coins
