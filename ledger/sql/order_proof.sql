-- What came over from the old site is proven by an order with the same key, player and coins, which only an
-- operator's command can write, as the database's owner.
CREATE OR REPLACE FUNCTION order_proof(r transactions) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM coin_orders o
    WHERE o.idempotency_key = r.idempotency_key AND o.user_id = r.user_id AND o.coins = r.amount;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Coins come over from the old site by an order of the import alone. No coins were moved.'
            USING ERRCODE = 'L11UP';
    END IF;
END $$;

-- undo

DROP FUNCTION order_proof(transactions);
