-- The site's log only grows, record after record.

CREATE OR REPLACE FUNCTION fairness_log_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last fairness_log;
BEGIN
    SELECT * INTO last FROM fairness_log ORDER BY n DESC LIMIT 1;
    IF (last.n IS NULL AND NEW.n <> 0)
       OR (last.n IS NOT NULL AND (NEW.n <> last.n + 1 OR NEW.time < last.time OR NEW.prev <> last.head
           OR NEW.head <> fairness_log_head(NEW.prev, NEW.n, NEW.time, NEW.kind, NEW.record_hash))) THEN
        RAISE EXCEPTION 'A record of the log follows the last one, and its head covers it.' USING ERRCODE = 'L11GS';
    END IF;
    PERFORM 1 FROM fairness_log o WHERE o.draw_id = NEW.draw_id AND NEW.kind <> 'redraw'
        AND (o.kind = NEW.kind OR o.kind IN ('result', 'void'));
    IF FOUND THEN
        RAISE EXCEPTION 'A draw opens once, is frozen once, and has one result or is void once.'
            USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_record BEFORE INSERT ON fairness_log
    FOR EACH ROW EXECUTE FUNCTION fairness_log_check();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON fairness_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON fairness_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON fairness_log;
DROP TRIGGER never_changed ON fairness_log;
DROP TRIGGER check_record ON fairness_log;
DROP FUNCTION fairness_log_check();
