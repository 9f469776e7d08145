-- A prize is passed on in the order of the published result only, and that stands.

-- The record is T(redraw, …) of section 5 of the protocol.
CREATE OR REPLACE FUNCTION redraws_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM winners f JOIN winners r ON r.id = NEW.reserve_id AND r.draw_id = f.draw_id
    JOIN draws d ON d.id = f.draw_id JOIN draw_seals s ON s.draw_id = d.id
    WHERE f.id = NEW.failed_id AND d.id = NEW.draw_id AND f.forfeited_at IS NOT NULL AND NEW.reason <> ''
      AND r.place = d.winner_count + (SELECT count(*) FROM redraws o WHERE o.draw_id = d.id)
      AND NEW.record_hash = sha256(
          int2send(16::int2) || 'lucky11/1/redraw'::bytea || int4send(32) || s.result_hash
          || int4send(4) || int4send(f.place) || int4send(4) || int4send(r.place)
          || int4send(octet_length(NEW.reason)) || convert_to(NEW.reason, 'UTF8'));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A forfeited prize goes to the next reserve of the published result, with its record.'
            USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_redraw BEFORE INSERT ON redraws FOR EACH ROW EXECUTE FUNCTION redraws_check();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON redraws
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON redraws
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON redraws;
DROP TRIGGER never_changed ON redraws;
DROP TRIGGER check_redraw ON redraws;
DROP FUNCTION redraws_check();
