-- What happens to a draw is written down as it happens.
CREATE OR REPLACE TRIGGER guard_new_times BEFORE INSERT ON draws FOR EACH ROW
    WHEN (NOT happens_now(NEW.created_at)
          OR NOT happens_now(NEW.published_at)
          OR NOT happens_now(NEW.frozen_at)
          OR NOT happens_now(NEW.drawn_at)
          OR NOT happens_now(NEW.cancelled_at)
          OR NOT happens_now(NEW.settled_at)
          OR NOT happens_now(NEW.told_at))
    EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_times BEFORE UPDATE OF published_at, frozen_at, drawn_at, cancelled_at, settled_at,
        told_at ON draws FOR EACH ROW
    WHEN ((NEW.published_at IS DISTINCT FROM OLD.published_at AND NOT happens_now(NEW.published_at))
          OR (NEW.frozen_at IS DISTINCT FROM OLD.frozen_at AND NOT happens_now(NEW.frozen_at))
          OR (NEW.drawn_at IS DISTINCT FROM OLD.drawn_at AND NOT happens_now(NEW.drawn_at))
          OR (NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at AND NOT happens_now(NEW.cancelled_at))
          OR (NEW.settled_at IS DISTINCT FROM OLD.settled_at AND NOT happens_now(NEW.settled_at))
          OR (NEW.told_at IS DISTINCT FROM OLD.told_at AND NOT happens_now(NEW.told_at)))
    EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON draws;
DROP TRIGGER guard_new_times ON draws;
