-- How many coins a member of staff may still move of a player alone: what is left of a day's limit, which holds for
-- all that they moved, whoever got it, and for all that the player got, whoever moved it. NULL: there is no limit.
-- What a second person approved, or an operator ordered, does not count. Two forms at once wait for one another here:
-- 111150 is `AdvisoryLock.ADJUSTMENTS`. The caller has locked the player.
CREATE OR REPLACE FUNCTION adjustment_room(p_staff text, p_player text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    most integer := coin_rate('adjustment');
    since timestamptz;
BEGIN
    IF most IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(111150, hashtext(p_staff));
    since := clock_timestamp() - interval '24 hours';
    RETURN most - greatest(
        (SELECT coalesce(sum(abs(t.amount::bigint)), 0) FROM transactions t
         WHERE t.type = 'adjustment' AND t.actor_id = p_staff AND t.created_at > since
           AND t.reference NOT LIKE 'approval:%'
           AND NOT EXISTS (SELECT FROM coin_orders o WHERE o.idempotency_key = t.idempotency_key)),
        (SELECT coalesce(sum(abs(t.amount::bigint)), 0) FROM transactions t
         WHERE t.type = 'adjustment' AND t.user_id = p_player AND t.created_at > since
           AND t.reference NOT LIKE 'approval:%'
           AND NOT EXISTS (SELECT FROM coin_orders o WHERE o.idempotency_key = t.idempotency_key)));
END $$;

-- undo

DROP FUNCTION adjustment_room(text, text);
