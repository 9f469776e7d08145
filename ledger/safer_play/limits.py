"""Spending limits: how many coins players let themselves spend in rolling 24 hours, 7 and 30 days.

The database holds a limit against everybody: `take_tickets` refuses what would pass it, and nobody raises or
lifts one sooner than 24 hours after the player asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.text import wording
from ledger.exceptions import LimitRefused, NoSuchPlayer
from ledger.models import SpendLimit

Period = SpendLimit.Period
RAISED_AFTER = timedelta(hours=24)
MOST = 1_000_000_000
NO_PERIOD = _("Choose a limit for 24 hours, 7 days or 30 days.")
UNCHANGED = _("Your limits have not changed.")


@dataclass(frozen=True)
class Limit:
    """One period of a player: what holds now, what was asked for, and what was spent and won in it."""

    period: SpendLimit.Period
    coins: int | None
    next_coins: int | None
    next_at: datetime | None
    spent: int
    entries: int
    won: int

    @property
    def left(self) -> int | None:
        """Coins the limit leaves now; None without a limit."""
        return None if self.coins is None else max(0, self.coins - self.spent)


# The database's clock and its own count of what is spent, so that a page says what an entry will be told.
LIMITS = """
    SELECT a.period, spend_limit_now(l),
           CASE WHEN l.next_at > clock_timestamp() THEN l.next_coins END,
           CASE WHEN l.next_at > clock_timestamp() THEN l.next_at END,
           coins_spent(%(player)s, clock_timestamp() - a.span), played.entries, played.won
    FROM (VALUES ('day', interval '24 hours'), ('week', interval '7 days'), ('month', interval '30 days'))
         AS a(period, span)
    LEFT JOIN spend_limits l ON l.user_id = %(player)s AND l.period = a.period
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE t.type = 'entry'),
               coalesce(sum(t.amount) FILTER (WHERE t.type = 'prize'), 0)
        FROM transactions t WHERE t.user_id = %(player)s AND t.created_at > clock_timestamp() - a.span
    ) AS played(entries, won)
    ORDER BY a.span
"""


def limits_of(user_id: str) -> list[Limit]:
    """Return the player's three periods, the shortest first, with or without a limit: one query."""
    with connection.cursor() as cursor:
        cursor.execute(LIMITS, {"player": user_id})
        return [Limit(Period(row[0]), *row[1:]) for row in cursor.fetchall()]


def tightest(user_id: str) -> Limit | None:
    """Return the limit that leaves the player the fewest coins now; None when they set none."""
    if not SpendLimit.objects.filter(user=user_id).exists():
        return None
    limited = [limit for limit in limits_of(user_id) if limit.left is not None]
    return min(limited, key=lambda limit: limit.left or 0, default=None)


@transaction.atomic
def set_limit(user_id: str, period: str, coins: int | None) -> Limit:
    """Set a limit, or lift it with None: a lower one holds at once and calls off a raise that was asked for;
    a higher one, or none, holds 24 hours from now, and asking again starts them anew.

    Raises LimitRefused or NoSuchPlayer; then nothing was changed.
    """
    if period not in Period.values:
        raise LimitRefused(f"{NO_PERIOD} {UNCHANGED}")
    if coins is not None and not 0 <= coins <= MOST:
        said = gettext("A limit must be a whole number of coins, from 0 to %(most)s.")
        raise LimitRefused(f"{said % {'most': wording.grouped(MOST)}} {UNCHANGED}")
    # Behind the lock that an entry takes too: once this has returned, no entry goes by the old limit.
    if not User.objects.select_for_update(no_key=True).filter(pk=user_id).exists():
        nobody = gettext("There is no such player.")
        raise NoSuchPlayer(f"{nobody} {UNCHANGED}")
    row = SpendLimit.objects.filter(user=user_id, period=period).annotate(clock=Now()).first()
    if row is not None:
        _change(row, coins)
    elif coins is not None:
        SpendLimit.objects.create(user_id=user_id, period=period, coins=coins, changed_at=Now())
    return next(limit for limit in limits_of(user_id) if limit.period == period)


def _change(row: SpendLimit, wanted: int | None) -> None:
    clock: datetime = row.clock  # type: ignore[attr-defined]
    held = row.next_coins if row.next_at and row.next_at <= clock else row.coins
    higher = held is not None and (wanted is None or wanted > held)
    row.coins = held if higher else wanted
    row.next_coins = wanted if higher else None
    row.next_at = clock + RAISED_AFTER if higher else None
    row.changed_at = clock
    row.save(update_fields=["coins", "next_coins", "next_at", "changed_at"])
