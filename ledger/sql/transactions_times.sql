-- Coins move when that is written down.
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON transactions FOR EACH ROW
    WHEN (NOT happens_now(NEW.created_at)) EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON transactions;
