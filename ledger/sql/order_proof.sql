-- What came over from the old site is proven by an order with the same key, player and coins, which only an
-- operator's command can write, as the database's owner.
CREATE OR REPLACE FUNCTION order_proof() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM coin_orders o
    WHERE o.idempotency_key = NEW.idempotency_key AND o.user_id = NEW.user_id AND o.coins = NEW.amount;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Coins come over from the old site by an order of the import alone. No coins were moved.'
            USING ERRCODE = 'L11UP';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER b_proof_of_order BEFORE INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type = 'import' OR (NEW.type IN ('signup_bonus', 'daily_bonus') AND NEW.reference LIKE 'old:%'))
    EXECUTE FUNCTION order_proof();

-- undo

DROP TRIGGER b_proof_of_order ON transactions;
DROP FUNCTION order_proof();
