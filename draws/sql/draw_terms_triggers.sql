-- The whole terms of a published draw stay as they were written down.
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON draw_terms
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON draw_terms
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON draw_terms;
DROP TRIGGER never_changed ON draw_terms;
