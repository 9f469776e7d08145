-- A prize is claimed and sent when that is written down.
CREATE OR REPLACE TRIGGER guard_new_times BEFORE INSERT ON claims FOR EACH ROW
    WHEN (NOT happens_now(NEW.claimed_at) OR NOT happens_now(NEW.sent_at)) EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_times BEFORE UPDATE OF sent_at ON claims FOR EACH ROW
    WHEN (NEW.sent_at IS DISTINCT FROM OLD.sent_at AND NOT happens_now(NEW.sent_at))
    EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON claims;
DROP TRIGGER guard_new_times ON claims;
