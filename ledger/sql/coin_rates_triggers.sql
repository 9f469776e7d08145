-- What was promised stays: a new rate is a new row.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON coin_rates
    FOR EACH ROW EXECUTE FUNCTION refuse_change('Rows of % are never changed. Add a new rate instead.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON coin_rates
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed. Add a new rate instead.');

-- undo

DROP TRIGGER never_emptied ON coin_rates;
DROP TRIGGER never_changed ON coin_rates;
