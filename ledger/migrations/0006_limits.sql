-- Spending limits: lowered at once, raised or lifted only after 24 hours, whoever writes them.
-- The periods roll (the last 24 hours, 7 days, 30 days), so that no midnight and no time zone doubles one.

CREATE FUNCTION spend_limit_now(l spend_limits) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN l.next_at <= clock_timestamp() THEN l.next_coins ELSE l.coins END
$$;

CREATE FUNCTION spend_limits_check_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bigint := coalesce(spend_limit_now(OLD), 9223372036854775807);
BEGIN
    IF coalesce(spend_limit_now(NEW), 9223372036854775807) > held
       OR ((NEW.next_at, NEW.next_coins) IS DISTINCT FROM (OLD.next_at, OLD.next_coins)
           AND coalesce(NEW.next_coins, 9223372036854775807) > held
           AND NEW.next_at < clock_timestamp() + interval '23 hours 59 minutes')
       OR (NEW.user_id, NEW.period) IS DISTINCT FROM (OLD.user_id, OLD.period) THEN
        RAISE EXCEPTION 'A limit is raised or lifted only 24 hours after it was asked for.' USING ERRCODE = 'L11AO';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_change BEFORE UPDATE ON spend_limits
    FOR EACH ROW EXECUTE FUNCTION spend_limits_check_change();
CREATE TRIGGER never_removed BEFORE DELETE ON spend_limits FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON spend_limits FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Coins paid for tickets since a time, without those that came back.
CREATE FUNCTION coins_spent(p_player text, since timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(-sum(t.amount), 0)::bigint FROM transactions t
    WHERE t.user_id = p_player AND t.type = 'entry' AND t.created_at > since
      AND NOT EXISTS (SELECT 1 FROM transactions r WHERE r.reverses_id = t.id)
$$;

-- The first limit that paying `cost` coins more would pass, or no row. The caller has locked the player.
CREATE FUNCTION spend_limit_passed(p_player text, cost bigint)
RETURNS TABLE (period text, coins integer, spent bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT l.period, l.coins, l.spent
    FROM (SELECT s.period, a.span, spend_limit_now(s) AS coins, coins_spent(p_player, clock_timestamp() - a.span) AS spent
          FROM spend_limits s
          JOIN (VALUES ('day', interval '24 hours'), ('week', interval '7 days'), ('month', interval '30 days'))
               AS a(period, span) ON a.period = s.period
          WHERE s.user_id = p_player OFFSET 0) AS l
    WHERE l.spent + cost > l.coins
    ORDER BY l.span LIMIT 1;
END $$;

-- undo

DROP FUNCTION spend_limit_passed(text, bigint);
DROP FUNCTION coins_spent(text, timestamptz);
DROP TRIGGER never_emptied ON spend_limits;
DROP TRIGGER never_removed ON spend_limits;
DROP TRIGGER check_change ON spend_limits;
DROP FUNCTION spend_limits_check_change();
DROP FUNCTION spend_limit_now(spend_limits);
