-- Rules are accepted when that is written down.
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON rules_acceptances FOR EACH ROW
    WHEN (NOT happens_now(NEW.accepted_at)) EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON rules_acceptances;
