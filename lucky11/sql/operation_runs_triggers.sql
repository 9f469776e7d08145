-- A run that is over stays as it ended, and a run that began is never written out of the record.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON operation_runs FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL
          OR (OLD.id, OLD.kind, OLD.started_at) IS DISTINCT FROM (NEW.id, NEW.kind, NEW.started_at))
    EXECUTE FUNCTION refuse_change('A run of an operator is recorded once: how it ended never changes.');
CREATE OR REPLACE TRIGGER guard_end BEFORE INSERT OR UPDATE ON operation_runs FOR EACH ROW
    WHEN (NOT happens_now(NEW.ended_at))
    EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_start BEFORE INSERT ON operation_runs FOR EACH ROW
    WHEN (NOT happens_now(NEW.started_at)) EXECUTE FUNCTION refuse_other_time();
-- As long as lucky11/operations/retention.py keeps them.
CREATE OR REPLACE TRIGGER kept BEFORE DELETE ON operation_runs FOR EACH ROW
    WHEN (OLD.started_at > clock_timestamp() - interval '400 days')
    EXECUTE FUNCTION refuse_change('Rows of % are kept for 400 days.');

-- undo

DROP TRIGGER kept ON operation_runs;
DROP TRIGGER guard_start ON operation_runs;
DROP TRIGGER guard_end ON operation_runs;
DROP TRIGGER never_changed ON operation_runs;
