-- A draw's coins are proven by the draw: prizes by its winners, refunds by its cancelling. Its entries: `entry_proof`.

-- One trigger for both, as in `ledger_prove`.
CREATE OR REPLACE FUNCTION draws_prove() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.type = 'prize' THEN
        PERFORM prize_proof(NEW);
    ELSIF NEW.reverses_id IS NOT NULL THEN
        PERFORM refund_proof(NEW);
    END IF;
    RETURN NEW;
END $$;

-- After `a_stamp`, which refuses what is no refund at all.
CREATE OR REPLACE TRIGGER b_proof_of_draw BEFORE INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type IN ('prize', 'refund')) EXECUTE FUNCTION draws_prove();

-- undo

DROP TRIGGER b_proof_of_draw ON transactions;
DROP FUNCTION draws_prove();
