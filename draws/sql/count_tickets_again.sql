-- Sets the tickets and streaks of players to what their rows say. The days of the old site come first, in their
-- order; then our own, in the order the tickets were taken. It has its owner's rights, and can only make the
-- figures right.
CREATE OR REPLACE FUNCTION count_tickets_again(p_players text[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    player text;
    tickets integer;
    taken date;
    streak integer;
    last_on date;
    grace_on date;
    next record;
BEGIN
    -- Behind the lock, so that what a service under way writes is counted.
    PERFORM 1 FROM users WHERE id = ANY (p_players) ORDER BY id FOR NO KEY UPDATE;
    FOREACH player IN ARRAY p_players LOOP
        tickets := (SELECT count(*) FROM participations WHERE user_id = player)
                   + (SELECT count(*) FROM old_tickets WHERE user_id = player);
        streak := 0;
        last_on := NULL;
        grace_on := NULL;
        FOR taken IN
            SELECT taken_on FROM (SELECT taken_on, 0 AS id FROM old_tickets WHERE user_id = player
                                  UNION ALL SELECT taken_on, id FROM participations WHERE user_id = player) AS days
            GROUP BY taken_on ORDER BY min(id) > 0, CASE WHEN min(id) = 0 THEN taken_on END, min(id)
        LOOP
            next := next_streak(streak, last_on, grace_on, taken);
            streak := next.new_streak;
            grace_on := next.new_grace;
            last_on := greatest(last_on, taken);
        END LOOP;
        UPDATE users u SET total_participations = tickets, current_streak = streak, last_ticket_on = last_on,
                           grace_used_on = grace_on
            WHERE u.id = player
              AND (u.total_participations, u.current_streak, u.last_ticket_on, u.grace_used_on)
                  IS DISTINCT FROM (tickets, streak, last_on, grace_on);
    END LOOP;
END $$;

-- undo

DROP FUNCTION count_tickets_again(text[]);
