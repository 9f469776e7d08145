-- Sets the wins and earnings of a player to what their rows say: a win counts from its settlement on, unless it was
-- forfeited, and those of the old site always count. It has its owner's rights, and can only make the figures right.
CREATE OR REPLACE FUNCTION count_wins_again(p_players text[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Behind the lock, so that what a service under way writes is counted.
    PERFORM 1 FROM users WHERE id = ANY (p_players) ORDER BY id FOR NO KEY UPDATE;
    UPDATE users u SET total_wins = wins, total_earnings = earnings
    FROM (SELECT p.id, count(w.user_id) AS wins, coalesce(sum(w.prize_amount), 0) AS earnings
          FROM unnest(p_players) AS p (id)
          LEFT JOIN (SELECT user_id, prize_amount FROM winners
                     WHERE user_id = ANY (p_players) AND settled_at IS NOT NULL AND forfeited_at IS NULL
                     UNION ALL SELECT user_id, prize_amount FROM old_winners WHERE user_id = ANY (p_players)) AS w
                 ON w.user_id = p.id
          GROUP BY p.id) AS counted
    WHERE u.id = counted.id AND (u.total_wins, u.total_earnings) IS DISTINCT FROM (wins, earnings);
END $$;

-- undo

DROP FUNCTION count_wins_again(text[]);
