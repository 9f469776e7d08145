-- A prize is passed on when that is written down.
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON redraws FOR EACH ROW
    WHEN (NOT happens_now(NEW.redrawn_at)) EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON redraws;
