-- What staff asked and decided is dated as it happens.
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON approvals FOR EACH ROW
    WHEN (NOT happens_now(NEW.asked_at) OR NOT happens_now(NEW.decided_at)) EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_decision BEFORE UPDATE OF decided_at ON approvals FOR EACH ROW
    WHEN (NEW.decided_at IS DISTINCT FROM OLD.decided_at AND NOT happens_now(NEW.decided_at))
    EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_decision ON approvals;
DROP TRIGGER guard_times ON approvals;
