-- How many coins a kind is worth at a time (by the database's clock), or the most of them: NULL is no limit.
CREATE OR REPLACE FUNCTION coin_rate(p_kind text, at timestamptz DEFAULT clock_timestamp())
RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT coins FROM coin_rates WHERE kind = p_kind AND from_time <= at ORDER BY from_time DESC, id DESC LIMIT 1
$$;

-- undo

DROP FUNCTION coin_rate(text, timestamptz);
