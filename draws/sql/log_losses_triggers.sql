-- What was lost stays known, and nothing that was published before it was lost is made a second time otherwise.
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON log_losses
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON log_losses
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION fairness_log_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE uid text;
BEGIN
    PERFORM 1 FROM log_watch w WHERE w.behind_since IS NULL AND w.confirmed_for = log_incarnation();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The log takes no record before it was compared with the heads kept outside the database.'
            USING ERRCODE = 'L11BE';
    END IF;
    IF NEW.kind NOT IN ('freeze', 'result') OR NOT EXISTS (SELECT FROM log_losses) THEN
        RETURN NEW;
    END IF;
    uid := (SELECT encode(s.draw_uid, 'hex') FROM draw_seals s WHERE s.draw_id = NEW.draw_id);
    PERFORM 1 FROM log_losses l, jsonb_array_elements(l.records) r
    WHERE r ->> 'draw_id' = uid AND (r ->> 'kind' = 'void'
        OR (r ->> 'kind' = NEW.kind AND r ->> 'record_hash' <> encode(NEW.record_hash, 'hex')));
    IF FOUND THEN
        RAISE EXCEPTION 'What was published of a draw before it was lost is not made a second time otherwise.'
            USING ERRCODE = 'L11BE';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_whole BEFORE INSERT ON fairness_log
    FOR EACH ROW EXECUTE FUNCTION fairness_log_whole();

-- undo

DROP TRIGGER guard_whole ON fairness_log;
DROP FUNCTION fairness_log_whole();
DROP TRIGGER never_emptied ON log_losses;
DROP TRIGGER never_changed ON log_losses;
