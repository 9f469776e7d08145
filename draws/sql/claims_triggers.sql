-- A claim stands; what was sent stays sent.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON claims FOR EACH ROW
    WHEN (NEW.winner_id <> OLD.winner_id OR NEW.claimed_at <> OLD.claimed_at
          OR (OLD.sent_at IS NOT NULL AND (NEW.sent_at, NEW.sent_by_id) IS DISTINCT FROM (OLD.sent_at, OLD.sent_by_id)))
    EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON claims FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON claims
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION claims_check_sender() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_stake(w.draw_id, NEW.sent_by_id) FROM winners w WHERE w.id = NEW.winner_id;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_sender BEFORE INSERT OR UPDATE OF sent_by_id ON claims FOR EACH ROW
    WHEN (NEW.sent_by_id IS NOT NULL) EXECUTE FUNCTION claims_check_sender();

-- undo

DROP TRIGGER check_sender ON claims;
DROP FUNCTION claims_check_sender();
DROP TRIGGER never_emptied ON claims;
DROP TRIGGER never_removed ON claims;
DROP TRIGGER never_changed ON claims;
