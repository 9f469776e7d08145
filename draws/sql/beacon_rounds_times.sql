-- A round is obtained when it is written down.
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON beacon_rounds FOR EACH ROW
    WHEN (NOT happens_now(NEW.obtained_at)) EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON beacon_rounds;
