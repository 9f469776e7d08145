-- What was wrong, from when and until when, stays in the record; only NULL becomes a time.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON incidents FOR EACH ROW
    WHEN ((OLD.id, OLD.alert, OLD.summary, OLD.began_at) IS DISTINCT FROM (NEW.id, NEW.alert, NEW.summary, NEW.began_at)
          OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at))
    EXECUTE FUNCTION refuse_change('An incident is recorded once: what it was and when it ended never change.');
CREATE OR REPLACE TRIGGER guard_end BEFORE INSERT OR UPDATE OF ended_at ON incidents FOR EACH ROW
    WHEN (NOT happens_now(NEW.ended_at)) EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_start BEFORE INSERT ON incidents FOR EACH ROW
    WHEN (NOT happens_now(NEW.began_at)) EXECUTE FUNCTION refuse_other_time();
-- As long as lucky11/operations/retention.py keeps them.
CREATE OR REPLACE TRIGGER kept BEFORE DELETE ON incidents FOR EACH ROW
    WHEN (coalesce(OLD.ended_at, 'infinity') > clock_timestamp() - interval '400 days')
    EXECUTE FUNCTION refuse_change('Rows of % are kept for 400 days.');

-- undo

DROP TRIGGER kept ON incidents;
DROP TRIGGER guard_start ON incidents;
DROP TRIGGER guard_end ON incidents;
DROP TRIGGER never_changed ON incidents;
