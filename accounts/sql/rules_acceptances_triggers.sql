-- What players accepted stands: no caller takes it back.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON rules_acceptances
    FOR EACH ROW EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON rules_acceptances
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');

-- undo

DROP TRIGGER never_emptied ON rules_acceptances;
DROP TRIGGER never_changed ON rules_acceptances;
