-- A payment for tickets is proven by its tickets: as many of its draw, for its player, as its coins pay for.
-- Judged when the database transaction ends: the payment comes first, so that the draw is locked as briefly as can be.
CREATE OR REPLACE FUNCTION entry_proof() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered integer := substring(NEW.reference FROM '^draw:([0-9]{1,9})$');
    worth bigint;
BEGIN
    SELECT count(*) * (SELECT entry_fee FROM draws WHERE id = entered) INTO worth FROM participations
        WHERE draw_id = entered AND user_id = NEW.user_id AND transaction_id = NEW.id;
    IF NEW.amount IS DISTINCT FROM -worth THEN
        RAISE EXCEPTION 'Coins are paid for tickets, taken in the same database transaction. No coins were moved.'
            USING ERRCODE = 'L11UP';
    END IF;
    RETURN NULL;
END $$;

-- Who may write no ticket pays for none: the site's role takes tickets by `take_tickets` alone, which has its owner's
-- rights, and no coins are lost for nothing.
CREATE OR REPLACE TRIGGER a_entry_by_service BEFORE INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type = 'entry' AND NOT has_table_privilege('participations'::regclass, 'INSERT'))
    EXECUTE FUNCTION refuse_change(
        'Coins are paid for tickets, taken in the same database transaction. No coins were moved.', 'L11UP');

-- A constraint trigger cannot be replaced. `take_tickets`, whose tickets `tickets_check` has just held against their
-- payment, is not asked again: at its end it holds the lock of the draw, and every other player waits.
DROP TRIGGER IF EXISTS proof_of_entry ON transactions;
CREATE CONSTRAINT TRIGGER proof_of_entry AFTER INSERT ON transactions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.type = 'entry' AND coalesce(current_setting('lucky11.service', true), '') <> 'take_tickets')
    EXECUTE FUNCTION entry_proof();

-- undo

DROP TRIGGER proof_of_entry ON transactions;
DROP TRIGGER a_entry_by_service ON transactions;
DROP FUNCTION entry_proof();
