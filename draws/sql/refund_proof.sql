-- A refund is proven by the tickets that were paid for, in a draw that has no result: cancelled or void.
-- That it is whole, once, and its player's own is the ledger's business (`ledger_stamp`).
CREATE OR REPLACE FUNCTION refund_proof() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered integer := (SELECT substring(t.reference FROM '^draw:([0-9]{1,9})$')
                        FROM transactions t WHERE t.id = NEW.reverses_id);
BEGIN
    PERFORM 1 FROM draws d
    WHERE d.id = entered AND d.cancelled_at IS NOT NULL
      AND EXISTS (SELECT FROM participations p
                  WHERE p.draw_id = entered AND p.user_id = NEW.user_id AND p.transaction_id = NEW.reverses_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Coins come back for the tickets of a cancelled or void draw alone. No coins were moved.'
            USING ERRCODE = 'L11UP';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER b_proof_of_refund BEFORE INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type = 'refund' AND NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION refund_proof();

-- undo

DROP TRIGGER b_proof_of_refund ON transactions;
DROP FUNCTION refund_proof();
