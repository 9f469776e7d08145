-- A payment for tickets is proven by its tickets: as many of its draw, for its player, as its coins pay for.
-- Judged when the database transaction ends: the payment comes first, so that the draw is locked as briefly as can be.
CREATE OR REPLACE FUNCTION entry_proof() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered integer := substring(NEW.reference FROM '^draw:([0-9]{1,9})$');
    tickets bigint;
    fee integer;
BEGIN
    -- Two plain reads by index: a join would be planned anew for each connection's first payment.
    SELECT entry_fee INTO fee FROM draws WHERE id = entered;
    SELECT count(*) INTO tickets FROM participations
        WHERE draw_id = entered AND user_id = NEW.user_id AND transaction_id = NEW.id;
    IF NEW.amount IS DISTINCT FROM -tickets * fee THEN
        RAISE EXCEPTION 'Coins are paid for tickets, taken in the same database transaction. No coins were moved.'
            USING ERRCODE = 'L11UP';
    END IF;
    RETURN NULL;
END $$;

-- A constraint trigger cannot be replaced.
DROP TRIGGER IF EXISTS proof_of_entry ON transactions;
CREATE CONSTRAINT TRIGGER proof_of_entry AFTER INSERT ON transactions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.type = 'entry') EXECUTE FUNCTION entry_proof();

-- undo

DROP TRIGGER proof_of_entry ON transactions;
DROP FUNCTION entry_proof();
