-- A claim stands; what was sent stays sent.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON claims FOR EACH ROW
    WHEN (NEW.winner_id <> OLD.winner_id OR NEW.claimed_at <> OLD.claimed_at
          OR (OLD.sent_at IS NOT NULL AND (NEW.sent_at, NEW.sent_by_id) IS DISTINCT FROM (OLD.sent_at, OLD.sent_by_id)))
    EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON claims FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON claims
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON claims;
DROP TRIGGER never_removed ON claims;
DROP TRIGGER never_changed ON claims;
