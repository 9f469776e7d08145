-- The first limit that paying `cost` coins more would pass, or no row. The caller has locked the player.
CREATE OR REPLACE FUNCTION spend_limit_passed(p_player text, cost bigint)
RETURNS TABLE (period text, coins integer, spent bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT l.period, l.coins, l.spent
    FROM (SELECT s.period, a.span, spend_limit_now(s) AS coins,
                 coins_spent(p_player, clock_timestamp() - a.span) AS spent
          FROM spend_limits s
          JOIN (VALUES ('day', interval '24 hours'), ('week', interval '7 days'), ('month', interval '30 days'))
               AS a(period, span) ON a.period = s.period
          WHERE s.user_id = p_player OFFSET 0) AS l
    WHERE l.spent + cost > l.coins
    ORDER BY l.span LIMIT 1;
END $$;

-- undo

DROP FUNCTION spend_limit_passed(text, bigint);
