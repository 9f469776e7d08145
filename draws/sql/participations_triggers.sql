CREATE OR REPLACE TRIGGER a_paid BEFORE INSERT ON participations FOR EACH ROW
    WHEN (NEW.transaction_id IS NULL OR NEW.ticket_number < 1) EXECUTE FUNCTION refuse_change(
        'A ticket is numbered from 1 and paid with an entry transaction. No ticket was taken.', 'L11GT');
CREATE OR REPLACE TRIGGER check_tickets AFTER INSERT ON participations REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tickets_check();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON participations
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON participations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON participations;
DROP TRIGGER never_changed ON participations;
DROP TRIGGER check_tickets ON participations;
DROP TRIGGER a_paid ON participations;
