-- BEFORE INSERT only stamps: were the coins moved here, ON CONFLICT DO NOTHING would move them for no row.
CREATE OR REPLACE FUNCTION ledger_stamp() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last record;
    reversed record;
BEGIN
    PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no player %. No coins were moved.', NEW.user_id USING ERRCODE = 'L11NP';
    END IF;
    SELECT user_seq, balance_after, hash INTO last
        FROM transactions WHERE user_id = NEW.user_id ORDER BY user_seq DESC LIMIT 1;
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT user_id, type, amount INTO reversed FROM transactions WHERE id = NEW.reverses_id;
        IF reversed IS NULL OR reversed.user_id <> NEW.user_id OR reversed.type <> 'entry'
           OR reversed.amount <> -NEW.amount THEN
            RAISE EXCEPTION 'A refund gives one payment for tickets back to its player, whole. No coins were moved.'
                USING ERRCODE = 'L11RV';
        END IF;
    END IF;
    NEW.user_seq := coalesce(last.user_seq, 0) + 1;
    NEW.balance_after := coalesce(last.balance_after, 0) + NEW.amount;
    NEW.hash := ledger_row_hash(coalesce(last.hash, ''::bytea), NEW);
    RETURN NEW;
END $$;

-- undo

DROP FUNCTION ledger_stamp();
