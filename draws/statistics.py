"""The figures that follow from tickets and wins.

Two functions of the database count a player's rows again, for the services and the import: the site's role
can set no figure itself. `check_integrity` compares the figures with the queries here, and the repair, which
is the owner's, writes them. Taking or importing tickets does not count a draw's tickets again: `take_tickets`
and the import add the new ones to its figure, under the draw's lock.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from django.db import connection, transaction

from common.database.service_flag import as_service

PLAYER_TICKETS = """SELECT user_id, count(*) AS tickets
                    FROM (SELECT user_id FROM participations
                          UNION ALL SELECT user_id FROM old_tickets) AS held
                    GROUP BY user_id"""
# A win counts from its settlement on, unless it was forfeited. Those of the old site always count.
PLAYER_WINS = """SELECT user_id, count(*) AS wins, sum(prize_amount) AS earnings
                 FROM (SELECT user_id, prize_amount FROM winners
                       WHERE settled_at IS NOT NULL AND forfeited_at IS NULL
                       UNION ALL SELECT user_id, prize_amount FROM old_winners) AS won
                 GROUP BY user_id"""
PLAYERS = f"""SELECT u.id, coalesce(tickets, 0) AS tickets, coalesce(wins, 0) AS wins,
                     coalesce(earnings, 0) AS earnings
              FROM users u LEFT JOIN ({PLAYER_TICKETS}) AS t ON t.user_id = u.id
                           LEFT JOIN ({PLAYER_WINS}) AS w ON w.user_id = u.id"""
DRAWS = """SELECT d.id, coalesce(tickets, 0) AS tickets FROM draws d
           LEFT JOIN (SELECT draw_id, count(*) AS tickets FROM participations GROUP BY draw_id) AS t
                  ON t.draw_id = d.id"""
OLD_DRAWS = """SELECT d.id, coalesce(tickets, 0) AS tickets FROM old_draws d
               LEFT JOIN (SELECT draw_id, count(*) AS tickets FROM old_tickets GROUP BY draw_id) AS t
                      ON t.draw_id = d.id"""

# The days of the old site come first, in their order; then our own, in the order the tickets were taken.
DAY_ROWS = """SELECT user_id, taken_on, 0 AS id FROM old_tickets
              UNION ALL SELECT user_id, taken_on, id FROM participations"""
IN_ORDER = "min(id) > 0, CASE WHEN min(id) = 0 THEN taken_on END, min(id)"
# Players with tickets of one day and a streak of 1 are right; of all others each day is read.
STREAKS = f"""
    WITH days AS NOT MATERIALIZED ({DAY_ROWS}), players AS (
        SELECT coalesce(p.user_id, u.id) AS user_id, coalesce(u.current_streak, 0) AS streak,
               p.user_id IS NULL AS idle
        FROM (SELECT user_id, min(taken_on) = max(taken_on) AS one_day
              FROM days GROUP BY user_id) AS p
        FULL JOIN (SELECT id, current_streak FROM users WHERE current_streak <> 0) AS u ON u.id = p.user_id
        WHERE (p.one_day AND u.current_streak = 1) IS NOT TRUE)
    SELECT c.user_id, c.streak, t.taken_on FROM players c LEFT JOIN days t ON t.user_id = c.user_id
    GROUP BY c.idle, c.user_id, c.streak, t.taken_on ORDER BY c.idle, c.user_id, {IN_ORDER}"""


def rewrite_wins(user_id: str) -> None:
    """Set the wins and earnings of a locked player, one of whose wins was just settled or forfeited."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count_wins_again(ARRAY[%s]::text[])", [user_id])


def rewrite_players(user_ids: list[str]) -> None:
    """Set the tickets, wins, earnings and streaks of locked players."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count_tickets_again(%(ids)s), count_wins_again(%(ids)s)", {"ids": user_ids})


@transaction.atomic
def rewrite_statistics() -> int:
    """Set every figure that differs from its rows. Returns how many rows of players and draws that were."""
    with as_service("repair"), connection.cursor() as cursor:
        cursor.execute(_update_draws("draws", DRAWS))
        repaired = cursor.rowcount
        cursor.execute(_update_players(PLAYERS))
        repaired += cursor.rowcount
    # Of the old site's draws the database lets the import alone change the count.
    with as_service("import"), connection.cursor() as cursor:
        cursor.execute(_update_draws("old_draws", OLD_DRAWS))
        repaired += cursor.rowcount
    streaks = [user_id for user_id, _, _ in wrong_streaks()]
    rewrite_players(streaks)
    return int(repaired + len(streaks))


def _update_draws(table: str, counted: str) -> str:
    return f"""UPDATE {table} SET current_participants = tickets FROM ({counted}) AS counted
               WHERE {table}.id = counted.id AND current_participants <> tickets"""


def _update_players(counted: str) -> str:
    return f"""UPDATE users SET total_participations = tickets, total_wins = wins, total_earnings = earnings
               FROM ({counted}) AS counted
               WHERE users.id = counted.id
                 AND (total_participations, total_wins, total_earnings) <> (tickets, wins, earnings)"""


def wrong_streaks() -> Iterator[tuple[str, int, int]]:
    """Yield the id, streak and right streak of each player whose streak does not match their tickets."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(STREAKS)
        for (user_id, streak), rows in groupby(cursor, key=itemgetter(0, 1)):
            expected = streak_after(day for _, _, day in rows if day)[0]
            if streak != expected:
                yield user_id, streak, expected


def streak_after(days: Iterable[date]) -> tuple[int, date | None, date | None]:
    """Return the streak after tickets on these days, the last day, and the last day that was forgiven.

    The days are in the order in which the tickets were taken. The SQL function `next_streak`, which takes one
    more day, answers the same.
    """
    grace: date | None = None
    streak, last = 0, date.min
    for day in days:
        missed = (day - last).days - 1 if streak else -1
        skipped = last + timedelta(days=1) if streak else date.min
        if not streak:
            streak = 1
        elif missed == 0:
            streak += 1
        elif missed == 1 and (grace is None or skipped >= grace + timedelta(days=7)):
            streak, grace = streak + 1, skipped
        elif missed > 0:
            streak = 1
        last = max(last, day)
    return streak, last if streak else None, grace
