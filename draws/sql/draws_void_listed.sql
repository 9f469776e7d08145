-- Whoever voids a draw shows whose tickets it had: its list is published with the record, frozen or not.
CREATE OR REPLACE FUNCTION draws_check_void_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draw_seals s
    WHERE s.draw_id = NEW.id AND s.root IS NOT NULL AND s.total = OLD.current_participants
      AND 32 * s.total = (SELECT sum(octet_length(f.refs)) FROM frozen_lists f WHERE f.draw_id = NEW.id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Draw % has tickets: it is void only with the list of them.', NEW.id USING ERRCODE = 'L11GD';
    END IF;
    RETURN NEW;
END $$;

-- It names its columns, so that a ticket does not pay for it.
CREATE OR REPLACE TRIGGER listed_with_void BEFORE UPDATE OF void_code, cancelled_at ON draws FOR EACH ROW
    WHEN (OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL AND OLD.current_participants > 0)
    EXECUTE FUNCTION draws_check_void_listed();

-- undo

DROP TRIGGER listed_with_void ON draws;
DROP FUNCTION draws_check_void_listed();
