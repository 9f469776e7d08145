-- A round's signature is kept as it was verified.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON beacon_rounds
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON beacon_rounds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON beacon_rounds;
DROP TRIGGER never_changed ON beacon_rounds;
