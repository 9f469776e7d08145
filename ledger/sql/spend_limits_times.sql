-- A limit changes when that is written down.
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT OR UPDATE ON spend_limits FOR EACH ROW
    WHEN (NOT happens_now(NEW.changed_at)) EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON spend_limits;
