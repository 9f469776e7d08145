-- What players said about how they play stands: no caller takes it back.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON play_breaks
    FOR EACH ROW EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON play_breaks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');

-- undo

DROP TRIGGER never_emptied ON play_breaks;
DROP TRIGGER never_changed ON play_breaks;
