-- What was ordered stays.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON coin_orders
    FOR EACH ROW EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON coin_orders
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');

-- undo

DROP TRIGGER never_emptied ON coin_orders;
DROP TRIGGER never_changed ON coin_orders;
