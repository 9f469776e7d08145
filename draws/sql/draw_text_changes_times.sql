-- A text changes when that is written down.
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON draw_text_changes FOR EACH ROW
    WHEN (NOT happens_now(NEW.changed_at)) EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON draw_text_changes;
