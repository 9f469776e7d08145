-- The key of a player's visit today, or `later` days from now: their own date, by the database's clock.
CREATE OR REPLACE FUNCTION visit_key(p_player text, later integer DEFAULT 0) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT 'daily:' || id || ':'
        || to_char((clock_timestamp() AT TIME ZONE time_zone)::date + later, 'YYYY-MM-DD')
    FROM users WHERE id = p_player
$$;

-- undo

DROP FUNCTION visit_key(text, integer);
