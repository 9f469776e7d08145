-- Which proof a movement of coins needs. What concerns a draw (entries, refunds, prizes) is proven by its app.

-- One trigger for all of them: the server parses each trigger's condition anew for every statement, and an entry, which
-- needs none of these proofs, would pay for each.
CREATE OR REPLACE FUNCTION ledger_prove() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
    -- `a_stamp`, which runs next and hashes the row as it leaves it here, refuses a player who is not there.
    IF NOT FOUND THEN
        RETURN NEW;
    END IF;
    IF NEW.type = 'import' OR NEW.type IN ('signup_bonus', 'daily_bonus') AND NEW.reference LIKE 'old:%' THEN
        PERFORM order_proof(NEW);
    ELSIF NEW.type IN ('signup_bonus', 'daily_bonus') THEN
        NEW.created_at := clock_timestamp();
        PERFORM bonus_proof(NEW);
    ELSIF NEW.type = 'adjustment' AND NEW.actor_id IS NOT NULL THEN
        NEW.created_at := clock_timestamp();
        PERFORM adjustment_proof(NEW);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER a_proof BEFORE INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type NOT IN ('entry', 'prize', 'refund')) EXECUTE FUNCTION ledger_prove();

-- AFTER, so that a row that a conflict skips claims nothing.
CREATE OR REPLACE FUNCTION ledger_check_bonus() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.type = 'daily_bonus' THEN
        PERFORM check_visit(NEW);
    ELSE
        PERFORM check_welcome(NEW);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER check_bonus AFTER INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type IN ('signup_bonus', 'daily_bonus')) EXECUTE FUNCTION ledger_check_bonus();

-- undo

DROP TRIGGER check_bonus ON transactions;
DROP FUNCTION ledger_check_bonus();
DROP TRIGGER a_proof ON transactions;
DROP FUNCTION ledger_prove();
