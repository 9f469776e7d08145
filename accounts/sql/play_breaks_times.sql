-- A break begins when it is written down.
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON play_breaks FOR EACH ROW
    WHEN (NOT happens_now(NEW.starts_at)) EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON play_breaks;
