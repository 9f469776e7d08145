-- A published list never grows.

CREATE OR REPLACE FUNCTION frozen_lists_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draws d JOIN draw_seals s ON s.draw_id = d.id
    WHERE d.id = NEW.draw_id AND d.frozen_at IS NULL AND d.cancelled_at IS NULL AND s.freeze_hash IS NULL;
    IF NOT FOUND OR octet_length(NEW.refs) = 0 OR octet_length(NEW.refs) % 32 <> 0
       OR NEW.part <> (SELECT count(*) FROM frozen_lists f WHERE f.draw_id = NEW.draw_id) THEN
        RAISE EXCEPTION 'A ticket list is written part after part before it is frozen, and never afterwards.'
            USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_part BEFORE INSERT ON frozen_lists
    FOR EACH ROW EXECUTE FUNCTION frozen_lists_check();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON frozen_lists
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON frozen_lists
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON frozen_lists;
DROP TRIGGER never_changed ON frozen_lists;
DROP TRIGGER check_part ON frozen_lists;
DROP FUNCTION frozen_lists_check();
