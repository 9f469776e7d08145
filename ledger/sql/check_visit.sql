-- A visit a day, also for a player who moves to another time zone in between.
CREATE OR REPLACE FUNCTION check_visit(r transactions) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF moved_since(r.user_id, (SELECT time_zone_changed_at FROM users WHERE id = r.user_id), 'daily_bonus') THEN
        RAISE EXCEPTION 'Player % changed their time zone after their last visit, which was less than 24 hours ago. '
            'No coins were moved.', r.user_id USING ERRCODE = 'L11TZ';
    END IF;
END $$;

-- undo

DROP FUNCTION check_visit(transactions);
