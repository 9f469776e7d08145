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

-- It runs before `a_stamp`, which hashes the row as it leaves it here.
CREATE OR REPLACE FUNCTION adjustment_proof() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    room bigint;
    proven boolean;
BEGIN
    PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM coin_orders o WHERE o.idempotency_key = NEW.idempotency_key
               AND o.user_id = NEW.user_id AND o.coins = NEW.amount) THEN
        proven := true;
    ELSIF NEW.actor_id = NEW.user_id OR NOT may_adjust(NEW.actor_id) THEN
        proven := false;
    ELSIF NEW.reference LIKE 'approval:%' THEN
        proven := adjustment_is_approved(NEW);
    ELSE
        room := adjustment_room(NEW.actor_id, NEW.user_id);
        proven := room IS NULL OR abs(NEW.amount::bigint) <= room;
    END IF;
    IF proven IS NOT TRUE THEN
        RAISE EXCEPTION 'Staff adjust coins within a day''s limit, or with the approval of a second person. '
            'No coins were moved.' USING ERRCODE = 'L11UP';
    END IF;
    -- Behind the locks, so that what counts for a day is in the order of its times.
    NEW.created_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER a_proof_of_adjustment BEFORE INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type = 'adjustment' AND NEW.actor_id IS NOT NULL) EXECUTE FUNCTION adjustment_proof();

-- undo

DROP TRIGGER a_proof_of_adjustment ON transactions;
DROP FUNCTION adjustment_proof();
DROP FUNCTION adjustment_is_approved(transactions);
