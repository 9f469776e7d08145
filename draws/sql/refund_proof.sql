-- A refund is proven by the tickets that were paid for, in a draw that has no result: cancelled or void.
-- That it is whole, once, and its player's own is the ledger's business (`ledger_stamp`).
CREATE OR REPLACE FUNCTION refund_proof(r transactions) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entered integer := (SELECT substring(t.reference FROM '^draw:([0-9]{1,9})$')
                        FROM transactions t WHERE t.id = r.reverses_id);
BEGIN
    PERFORM 1 FROM draws d
    WHERE d.id = entered AND d.cancelled_at IS NOT NULL
      AND EXISTS (SELECT FROM participations p
                  WHERE p.draw_id = entered AND p.user_id = r.user_id AND p.transaction_id = r.reverses_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Coins come back for the tickets of a cancelled or void draw alone. No coins were moved.'
            USING ERRCODE = 'L11UP';
    END IF;
END $$;

-- undo

DROP FUNCTION refund_proof(transactions);
