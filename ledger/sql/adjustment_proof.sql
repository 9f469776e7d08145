-- An adjustment is proven by the approval of a second person, which its reference names; or by its actor, who is
-- staff and moves no more than the day's limit alone; or by an operator's order (`db_recover`).

CREATE OR REPLACE FUNCTION adjustment_is_approved(r transactions) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM approvals a
        WHERE a.id = substring(r.reference FROM '^approval:([0-9]{1,18})$')::bigint
          AND a.kind = 'adjust_coins' AND a.state = 'approved' AND a.subject = 'user:' || r.user_id
          AND a.asked_by_id = r.actor_id AND a.decided_by_id <> r.user_id AND may_adjust(a.decided_by_id)
          AND a.payload ->> 'user_id' = r.user_id AND a.payload ->> 'amount' = r.amount::text
          AND a.payload ->> 'key' = r.idempotency_key)
$$;

-- The player is locked: what counts for a day is in the order of its times.
CREATE OR REPLACE FUNCTION adjustment_proof(r transactions) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    room bigint;
    proven boolean;
BEGIN
    IF EXISTS (SELECT FROM coin_orders o WHERE o.idempotency_key = r.idempotency_key
               AND o.user_id = r.user_id AND o.coins = r.amount) THEN
        proven := true;
    ELSIF r.actor_id = r.user_id OR NOT may_adjust(r.actor_id) THEN
        proven := false;
    ELSIF r.reference LIKE 'approval:%' THEN
        proven := adjustment_is_approved(r);
    ELSE
        room := adjustment_room(r.actor_id, r.user_id);
        proven := room IS NULL OR abs(r.amount::bigint) <= room;
    END IF;
    IF proven IS NOT TRUE THEN
        RAISE EXCEPTION 'Staff adjust coins within a day''s limit, or with the approval of a second person. '
            'No coins were moved.' USING ERRCODE = 'L11UP';
    END IF;
END $$;

-- undo

DROP FUNCTION adjustment_proof(transactions);
DROP FUNCTION adjustment_is_approved(transactions);
