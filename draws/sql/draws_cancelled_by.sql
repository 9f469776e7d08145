-- Who cancelled a draw: said with the act, never changed, and nobody who holds a ticket in it.
CREATE OR REPLACE FUNCTION draws_check_canceller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.cancelled_at IS NOT NULL OR NEW.void_code IS DISTINCT FROM 3 THEN
        RAISE EXCEPTION 'Who cancelled draw % is said when it is cancelled, and never changes.', OLD.id
            USING ERRCODE = 'L11GD';
    END IF;
    PERFORM refuse_stake(NEW.id, NEW.cancelled_by_id);
    RETURN NEW;
END $$;

-- It names its column, so that a ticket does not pay for it.
CREATE OR REPLACE TRIGGER check_canceller BEFORE UPDATE OF cancelled_by_id ON draws FOR EACH ROW
    WHEN (NEW.cancelled_by_id IS DISTINCT FROM OLD.cancelled_by_id) EXECUTE FUNCTION draws_check_canceller();

-- undo

DROP TRIGGER check_canceller ON draws;
DROP FUNCTION draws_check_canceller();
