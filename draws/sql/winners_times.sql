-- A prize is won, given and lost at the moment it is written down.
CREATE OR REPLACE TRIGGER guard_new_times BEFORE INSERT ON winners FOR EACH ROW
    WHEN (NOT happens_now(NEW.won_at) OR NOT happens_now(NEW.settled_at) OR NOT happens_now(NEW.forfeited_at))
    EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_times BEFORE UPDATE OF settled_at, forfeited_at ON winners FOR EACH ROW
    WHEN ((NEW.settled_at IS DISTINCT FROM OLD.settled_at AND NOT happens_now(NEW.settled_at))
          OR (NEW.forfeited_at IS DISTINCT FROM OLD.forfeited_at AND NOT happens_now(NEW.forfeited_at)))
    EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_settled BEFORE UPDATE OF settled_at ON winners FOR EACH ROW
    WHEN (OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at)
    EXECUTE FUNCTION refuse_change('When a prize was given never changes.', 'L11GW');

-- undo

DROP TRIGGER guard_settled ON winners;
DROP TRIGGER guard_times ON winners;
DROP TRIGGER guard_new_times ON winners;
