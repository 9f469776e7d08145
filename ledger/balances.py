"""A player's coins over time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import User
from common.text.charts import Curve, curve

DAYS = 90
SHOWN = 14


@dataclass(frozen=True)
class Balances:
    """The curve of a player's coins, and the days on which they changed, the latest first."""

    curve: Curve
    most: int
    begin: date
    days: list[tuple[date, int]]
    coins: int


def balances(player: User) -> Balances | None:
    """Return the coins a player had at the end of each of the last DAYS days; None before their second day.

    One query that reads one index entry a day, however many movements there were.
    """
    today = timezone.localdate()
    days = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    ends = [_midnight(day + timedelta(days=1)) for day in days]
    with connection.cursor() as cursor:
        cursor.execute(
            # A range of one player, in the order of the guide's index: told that players are equal,
            # PostgreSQL may walk all movements by their time until it meets one of a player who has many.
            "SELECT (SELECT balance_after FROM transactions "
            "WHERE user_id BETWEEN %s AND %s AND created_at < day.ends "
            "ORDER BY user_id, created_at DESC, user_seq DESC LIMIT 1) "
            "FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS day (ends, n) ORDER BY n",
            [player.pk, player.pk, ends],
        )
        known = [row[0] for row in cursor.fetchall()]
    had = [(day, coins) for day, coins in zip(days, known, strict=True) if coins is not None]
    if len(had) < 2:
        return None
    changes = [now for before, now in zip([(None, None), *had], had, strict=False) if before[1] != now[1]]
    most = max(coins for _, coins in had)
    points = [(_midnight(day), coins) for day, coins in had]
    return Balances(
        curve(points, most, stepped=True), most, had[0][0], changes[: -SHOWN - 1 : -1], had[-1][1]
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
