-- Coins paid for tickets since a time, without those that came back.
CREATE OR REPLACE FUNCTION coins_spent(p_player text, since timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(-sum(t.amount), 0)::bigint FROM transactions t
    WHERE t.user_id = p_player AND t.type = 'entry' AND t.created_at > since
      AND NOT EXISTS (SELECT 1 FROM transactions r WHERE r.reverses_id = t.id)
$$;

-- undo

DROP FUNCTION coins_spent(text, timestamptz);
