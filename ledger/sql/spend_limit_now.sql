-- How many coins a limit allows now, a change that was asked for and is due included.
CREATE OR REPLACE FUNCTION spend_limit_now(l spend_limits) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN l.next_at <= clock_timestamp() THEN l.next_coins ELSE l.coins END
$$;

-- undo

DROP FUNCTION spend_limit_now(spend_limits);
