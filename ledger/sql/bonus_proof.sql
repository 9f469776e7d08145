-- A bonus is proven by the rate in force, by its key, and by what earned it: a confirmed email, or today's visit.
-- The player is locked, and the row has the time of the clock. What the old site had booked is proven otherwise.
CREATE OR REPLACE FUNCTION bonus_proof(r transactions) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    earned boolean;
    today text;
    tomorrow text;
    day_after text;
BEGIN
    IF r.type = 'signup_bonus' THEN
        earned := r.idempotency_key = 'signup:' || r.user_id AND may_be_welcomed(r.user_id);
    ELSE
        -- Dates only go up: whoever moves west does not have a day twice. Time zones are at most two dates apart.
        today := visit_key(r.user_id);
        tomorrow := visit_key(r.user_id, 1);
        day_after := visit_key(r.user_id, 2);
        earned := r.idempotency_key = today
            AND NOT EXISTS (SELECT FROM transactions t WHERE t.idempotency_key IN (tomorrow, day_after));
    END IF;
    IF earned IS NOT TRUE OR r.amount IS DISTINCT FROM coin_rate(r.type, r.created_at) THEN
        RAISE EXCEPTION 'A bonus is the coins that the site gives, for a confirmed email or for a visit today. '
            'No coins were moved.' USING ERRCODE = 'L11UP';
    END IF;
END $$;

-- undo

DROP FUNCTION bonus_proof(transactions);
