-- A player joins, is suspended and leaves at the moment that says so, and who left does not come back.
CREATE OR REPLACE TRIGGER guard_new_times BEFORE INSERT ON users FOR EACH ROW
    WHEN (NOT happens_now(NEW.created_at)) EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_times BEFORE UPDATE OF closed_at, suspended_at ON users FOR EACH ROW
    WHEN ((NEW.closed_at IS DISTINCT FROM OLD.closed_at AND NOT happens_now(NEW.closed_at))
          OR (NEW.suspended_at IS DISTINCT FROM OLD.suspended_at AND NOT happens_now(NEW.suspended_at)))
    EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER never_reopened BEFORE UPDATE OF closed_at ON users FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL)
    EXECUTE FUNCTION refuse_change('An account that was deleted stays deleted.', 'L11AO');

-- undo

DROP TRIGGER never_reopened ON users;
DROP TRIGGER guard_times ON users;
DROP TRIGGER guard_new_times ON users;
