"""Checks that no ticket was lost, doubled or invented, and that what is derived from tickets is right."""

from django.db import connection, transaction

from draws import statistics
from ledger.integrity import FOR_LARGE_READS, Check, Defect

DRAW_CHECKS = [
    Check(
        "ticket owners",
        "Every ticket belongs to a player (the guide's query).",
        """SELECT p.id AS participation_id, p.user_id FROM participations p
           LEFT JOIN users u ON u.id = p.user_id WHERE u.id IS NULL ORDER BY p.id""",
    ),
    Check(
        "ticket draws",
        "Every ticket belongs to a draw (the guide's query).",
        """SELECT p.id AS participation_id, p.draw_id FROM participations p
           LEFT JOIN draws d ON d.id = p.draw_id WHERE d.id IS NULL ORDER BY p.id""",
    ),
    Check(
        "ticket counts",
        "A draw counts as many tickets as it has (the guide's query).",
        f"""SELECT d.id AS draw_id, d.current_participants, tickets AS actual_participants
            FROM draws d JOIN ({statistics.DRAWS}) AS counted USING (id)
            WHERE d.current_participants <> tickets ORDER BY d.id""",
    ),
    Check(
        "ticket numbers",
        "A draw's tickets are numbered 1, 2, 3 … without a gap.",
        """SELECT draw_id, min(ticket_number) AS lowest, max(ticket_number) AS highest, count(*) AS tickets
           FROM participations GROUP BY draw_id
           HAVING min(ticket_number) <> 1 OR max(ticket_number) <> count(*)
               OR count(DISTINCT ticket_number) <> count(*)
           ORDER BY draw_id""",
    ),
    Check(
        "payments",
        "Tickets are paid by their player with one entry transaction: the price times the tickets.",
        """SELECT t.id AS transaction_id, t.user_id, t.amount, count(p.id) AS tickets, min(d.id) AS draw_id
           FROM transactions t
           FULL JOIN participations p ON p.transaction_id = t.id
           LEFT JOIN draws d ON d.id = p.draw_id
           WHERE t.type = 'entry' OR p.id IS NOT NULL
           GROUP BY t.id, t.user_id, t.type, t.amount
           HAVING t.id IS NULL OR t.type <> 'entry' OR count(p.id) = 0 OR min(d.id) <> max(d.id)
               OR t.amount <> -count(p.id) * min(d.entry_fee)
               OR min(p.user_id) <> t.user_id OR max(p.user_id) <> t.user_id
           ORDER BY t.id""",
    ),
    Check(
        "limits",
        "A draw holds no more tickets than its limit, and no player more than theirs.",
        """SELECT p.draw_id, p.user_id, count(*) AS held, d.max_per_player
           FROM participations p JOIN draws d ON d.id = p.draw_id
           GROUP BY p.draw_id, p.user_id, d.max_per_player HAVING count(*) > d.max_per_player
           ORDER BY 1, 2""",
    ),
    Check(
        "late tickets",
        "No ticket was taken after its draw closed, but for the second in which an entry is written.",
        """SELECT p.id AS participation_id, p.draw_id, p.participated_at, d.draw_time
           FROM participations p JOIN draws d ON d.id = p.draw_id
           WHERE p.participated_at > d.draw_time + interval '1 second' ORDER BY p.id""",
    ),
    Check(
        "winners",
        "Every winner holds the winning ticket, the one at their place in the published result.",
        """SELECT w.id AS winner_id, w.draw_id, w.user_id, w.place FROM winners w
           LEFT JOIN participations p ON p.id = w.ticket_id
           LEFT JOIN draw_seals s ON s.draw_id = w.draw_id
           WHERE p.id IS NULL OR p.user_id <> w.user_id OR p.draw_id <> w.draw_id
              OR s.places[w.place + 1] IS DISTINCT FROM p.ticket_number - 1
           ORDER BY w.id""",
    ),
    Check(
        "first winners",
        "A drawn draw has a winner for each prize that could be won, and names who has the first one.",
        """WITH RECURSIVE first AS (
               SELECT id, draw_id, user_id FROM winners WHERE place = 0
               UNION SELECT w.id, w.draw_id, w.user_id FROM first
               JOIN redraws r ON r.failed_id = first.id JOIN winners w ON w.id = r.reserve_id)
           SELECT d.id AS draw_id, d.winner_id, count(w.id) AS winners FROM draws d
           JOIN draw_seals s ON s.draw_id = d.id LEFT JOIN winners w ON w.draw_id = d.id
           LEFT JOIN (SELECT DISTINCT ON (draw_id) draw_id, user_id FROM first
                      WHERE NOT EXISTS (SELECT 1 FROM redraws r WHERE r.failed_id = first.id)
                      ORDER BY draw_id) AS holder ON holder.draw_id = d.id
           WHERE d.drawn_at IS NOT NULL
           GROUP BY d.id, d.winner_id, d.winner_count, s.places, holder.user_id
           HAVING count(w.id) FILTER (WHERE w.place < d.winner_count)
                      <> least(d.winner_count, cardinality(s.places))
               OR d.winner_id IS DISTINCT FROM holder.user_id
           ORDER BY d.id""",
    ),
    Check(
        "re-draws",
        "A re-draw gave a forfeited prize, without coins, to the next reserve, and is in the log.",
        """SELECT w.id AS winner_id, w.draw_id, w.place, r.id AS redraw_id, l.n AS log_record FROM winners w
           JOIN draws d ON d.id = w.draw_id JOIN draw_seals s ON s.draw_id = w.draw_id
           FULL JOIN (SELECT *, row_number() OVER (PARTITION BY draw_id ORDER BY id) - 1 AS nth
                      FROM redraws) r ON r.reserve_id = w.id
           LEFT JOIN winners f ON f.id = r.failed_id
           LEFT JOIN fairness_log l ON l.draw_id = r.draw_id AND l.kind = 'redraw'
                  AND l.record_hash = r.record_hash
           WHERE (w.id IS NULL OR w.place >= d.winner_count OR r.id IS NOT NULL) AND (
               f.forfeited_at IS NULL OR l.n IS NULL OR w.place IS DISTINCT FROM d.winner_count + r.nth
               OR (w.draw_id, f.draw_id) IS DISTINCT FROM (r.draw_id, r.draw_id)
               OR f.place >= w.place OR f.forfeit_reason <> r.reason
               OR (w.prize_amount, w.prize_coins) IS DISTINCT FROM (f.prize_amount, 0)
               OR r.record_hash IS DISTINCT FROM sha256(
                   int2send(16::int2) || 'lucky11/1/redraw'::bytea || int4send(32) || s.result_hash
                   || int4send(4) || int4send(f.place) || int4send(4) || int4send(w.place)
                   || int4send(octet_length(r.reason)) || convert_to(r.reason, 'UTF8')))
           ORDER BY w.id, r.id""",
    ),
    Check(
        "forfeits",
        "A forfeited prize says why and went to a reserve if one was left; the log has no other re-draw.",
        """SELECT w.id AS winner_id, d.id AS draw_id, w.hand_over, w.forfeited_at FROM draws d
           JOIN winners w ON w.draw_id = d.id JOIN draw_seals s ON s.draw_id = d.id
           LEFT JOIN redraws r ON r.failed_id = w.id
           WHERE (w.hand_over = 'lapsed') <> (w.forfeited_at IS NOT NULL)
              OR (w.forfeited_at IS NOT NULL AND (w.forfeit_reason = '' OR (r.id IS NULL
                  AND (SELECT count(*) FROM winners o WHERE o.draw_id = d.id) < cardinality(s.places))))
              OR (SELECT count(*) FROM fairness_log l WHERE l.draw_id = d.id AND l.kind = 'redraw')
                 <> (SELECT count(*) FROM redraws o WHERE o.draw_id = d.id)
           ORDER BY w.id""",
    ),
    Check(
        "lost prizes",
        "A prize was lost when its time to claim was over, its winner gone, or their disqualification stood.",
        """SELECT w.id AS winner_id, w.draw_id, w.forfeit_ground, w.forfeited_at, w.claim_by FROM winners w
           JOIN users u ON u.id = w.user_id LEFT JOIN claims c ON c.winner_id = w.id
           LEFT JOIN disqualifications q ON q.winner_id = w.id AND q.state = 'done'
           WHERE w.forfeit_ground <> '' AND NOT coalesce(CASE w.forfeit_ground
               WHEN 'not_claimed' THEN w.claim_by <= w.forfeited_at AND c.winner_id IS NULL
               WHEN 'left' THEN u.closed_at IS NOT NULL
               WHEN 'disqualified' THEN CASE WHEN q.objected_at IS NULL THEN q.object_by <= w.forfeited_at
                   ELSE q.decided_at <= w.forfeited_at AND q.decided_by_id <> q.asked_by_id END
               END, false)
           ORDER BY w.id""",
    ),
    Check(
        "conflicts of interest",
        "Nobody decided about a draw in which they hold a ticket.",
        """SELECT DISTINCT acts.draw_id, acts.what, acts.row_id, p.user_id FROM (
               SELECT r.draw_id, 'redraws' AS what, r.id AS row_id, r.actor_id AS staff
               FROM redraws r JOIN winners f ON f.id = r.failed_id
               WHERE f.forfeit_ground <> '' AND r.actor_id IS NOT NULL
               UNION ALL SELECT w.draw_id, 'disqualifications', q.id, person
               FROM disqualifications q JOIN winners w ON w.id = q.winner_id,
                    unnest(ARRAY[q.asked_by_id, q.approved_by_id, q.decided_by_id]) AS person
               UNION ALL SELECT d.id, 'draws', d.id, d.cancelled_by_id FROM draws d
               WHERE d.cancelled_by_id IS NOT NULL) AS acts
           JOIN participations p ON p.draw_id = acts.draw_id AND p.user_id = acts.staff
           ORDER BY 1, 2, 3""",
    ),
    Check(
        "prizes",
        "A settled win of coins is one prize transaction of that player and amount; no other prize is paid.",
        """SELECT w.id AS winner_id, w.draw_id, t.id AS transaction_id, t.amount FROM winners w
           FULL JOIN (SELECT * FROM transactions WHERE type = 'prize') t ON t.id = w.transaction_id
           WHERE w.id IS NULL
              OR (w.settled_at IS NOT NULL AND w.prize_coins > 0
                  AND (t.id IS NULL OR t.amount <> w.prize_coins OR t.user_id <> w.user_id))
              OR (t.id IS NOT NULL AND w.prize_coins = 0)
           ORDER BY w.id, t.id""",
    ),
    Check(
        "settled",
        "A settled draw owes nothing: wins are settled; a cancelled or void draw's tickets are refunded.",
        """SELECT d.id AS draw_id, d.settled_at FROM draws d WHERE d.settled_at IS NOT NULL AND (
               EXISTS (SELECT 1 FROM winners w WHERE w.draw_id = d.id AND w.settled_at IS NULL)
               OR (d.cancelled_at IS NOT NULL AND EXISTS (
                   SELECT 1 FROM participations p LEFT JOIN transactions r ON r.reverses_id = p.transaction_id
                   WHERE p.draw_id = d.id AND r.id IS NULL)))
           ORDER BY d.id""",
    ),
    Check(
        "promised prizes",
        "A winner's coins are those that the draw promised; a place that is passed on has none.",
        """SELECT w.transaction_id, w.id AS winner_id, w.draw_id, w.place, w.prize_coins FROM winners w
           JOIN draws d ON d.id = w.draw_id LEFT JOIN transactions t ON t.id = w.transaction_id
           WHERE w.prize_coins <> CASE WHEN w.place < d.winner_count THEN d.prize_coins ELSE 0 END
              OR t.idempotency_key <> 'prize:' || w.draw_id || ':' || w.place
           ORDER BY w.id""",
    ),
    Check(
        "refunded tickets",
        "Only tickets of a cancelled or void draw are refunded.",
        """SELECT r.id AS transaction_id, p.draw_id FROM transactions r
           LEFT JOIN participations p ON p.transaction_id = r.reverses_id
           LEFT JOIN draws d ON d.id = p.draw_id
           WHERE r.reverses_id IS NOT NULL AND d.cancelled_at IS NULL ORDER BY r.id""",
    ),
    Check(
        "statistics",
        "A player's tickets, wins and earnings are those of their rows, the old site's included.",
        f"""SELECT u.id AS user_id, u.total_participations, tickets, u.total_wins, wins,
                  u.total_earnings, earnings
           FROM users u JOIN ({statistics.PLAYERS}) AS counted USING (id)
           WHERE (u.total_participations, u.total_wins, u.total_earnings) <> (tickets, wins, earnings)
           ORDER BY u.id""",
    ),
    Check(
        "old draws",
        "A draw of the old site counts as many tickets as came over.",
        f"""SELECT d.id AS old_draw_id, d.current_participants, tickets
            FROM old_draws d JOIN ({statistics.OLD_DRAWS}) AS counted USING (id)
            WHERE d.current_participants <> tickets ORDER BY d.id""",
    ),
    Check(
        "frozen lists",
        "A closed draw's published list has all its tickets.",
        """SELECT d.id AS draw_id, s.total, d.current_participants FROM draws d
           JOIN draw_seals s ON s.draw_id = d.id
           LEFT JOIN (SELECT draw_id, sum(octet_length(refs)) / 32 AS listed FROM frozen_lists GROUP BY 1) l
                  ON l.draw_id = d.id
           WHERE (d.frozen_at IS NOT NULL OR s.root IS NOT NULL OR l.listed IS NOT NULL)
             AND (s.total IS DISTINCT FROM d.current_participants OR l.listed IS DISTINCT FROM s.total)
           ORDER BY d.id""",
    ),
]


def check_streaks() -> Defect | None:
    """Find the first player whose streak does not follow from the days on which they took tickets."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(FOR_LARGE_READS)
        for user_id, streak, expected in statistics.wrong_streaks():
            rule = "A player's streak follows from the days on which they took tickets."
            row = {"user_id": user_id, "current_streak": streak, "expected": expected}
            return Defect("streaks", rule, row)
    return None
