-- A bonus is proven by the rate in force, by its key, and by what earned it: a confirmed email, or today's visit.
-- What the old site had booked is proven otherwise.

-- It runs before `a_stamp`, which hashes the row as it leaves it here. `a_stamp` refuses a player who is not there.
CREATE OR REPLACE FUNCTION bonus_proof() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    earned boolean;
    today text;
    tomorrow text;
    day_after text;
BEGIN
    PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NEW;
    END IF;
    NEW.created_at := clock_timestamp();
    IF NEW.type = 'signup_bonus' THEN
        earned := NEW.idempotency_key = 'signup:' || NEW.user_id AND may_be_welcomed(NEW.user_id);
    ELSE
        -- Dates only go up: whoever moves west does not have a day twice. Time zones are at most two dates apart.
        today := visit_key(NEW.user_id);
        tomorrow := visit_key(NEW.user_id, 1);
        day_after := visit_key(NEW.user_id, 2);
        earned := NEW.idempotency_key = today
            AND NOT EXISTS (SELECT FROM transactions t WHERE t.idempotency_key IN (tomorrow, day_after));
    END IF;
    IF earned IS NOT TRUE OR NEW.amount IS DISTINCT FROM coin_rate(NEW.type, NEW.created_at) THEN
        RAISE EXCEPTION 'A bonus is the coins that the site gives, for a confirmed email or for a visit today. '
            'No coins were moved.' USING ERRCODE = 'L11UP';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER a_proof_of_bonus BEFORE INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type IN ('signup_bonus', 'daily_bonus') AND NEW.reference NOT LIKE 'old:%')
    EXECUTE FUNCTION bonus_proof();

-- undo

DROP TRIGGER a_proof_of_bonus ON transactions;
DROP FUNCTION bonus_proof();
