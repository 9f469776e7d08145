-- A text change that players were shown stays.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON draw_text_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON draw_text_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON draw_text_changes;
DROP TRIGGER never_changed ON draw_text_changes;
