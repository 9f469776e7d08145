-- A text of a published draw changes in two ways: something is added behind what stands there, or two members of staff
-- who hold no ticket in the draw correct it, and then everybody who entered is told.
CREATE OR REPLACE FUNCTION text_changes_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    draw draws;
    stands text;
BEGIN
    SELECT * INTO draw FROM draws d WHERE d.id = NEW.draw_id;
    stands := CASE NEW.field WHEN 'description' THEN draw.description WHEN 'prize_details' THEN draw.prize_details END;
    IF draw.published_at IS NULL OR draw.drawn_at IS NOT NULL OR draw.cancelled_at IS NOT NULL
            OR NEW.old IS DISTINCT FROM stands OR NEW.new = NEW.old THEN
        RAISE EXCEPTION 'This is not the text of a published draw that has not ended.' USING ERRCODE = 'L11GD';
    END IF;
    IF hidden_in(NEW.new) OR marks_in(NEW.new) > 3 OR char_length(NEW.new) > 5000 THEN
        RAISE EXCEPTION 'A text has at most 5,000 signs, all of which can be seen.' USING ERRCODE = 'L11GD';
    END IF;
    IF NEW.kind = 'addition' AND (NEW.old = '' OR starts_with(NEW.new, NEW.old || E'\n')) THEN
        RETURN NEW;
    END IF;
    IF NEW.kind <> 'correction' OR NEW.actor_id IS NULL OR NEW.approved_by_id IS NULL
            OR NEW.actor_id = NEW.approved_by_id OR NEW.reason !~ '\S' THEN
        RAISE EXCEPTION 'A text of a published draw is added to, or corrected by two members of staff with a reason.'
            USING ERRCODE = 'L11GD';
    END IF;
    PERFORM refuse_stake(NEW.draw_id, NEW.actor_id, NEW.approved_by_id);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER keep_kinds BEFORE INSERT ON draw_text_changes FOR EACH ROW
    WHEN (NEW.field <> 'prize_image_url') EXECUTE FUNCTION text_changes_check();

CREATE OR REPLACE FUNCTION text_changes_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO corrections_to_tell (change_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER tell_entrants AFTER INSERT ON draw_text_changes FOR EACH ROW
    WHEN (NEW.kind = 'correction') EXECUTE FUNCTION text_changes_tell();

-- undo

DROP TRIGGER tell_entrants ON draw_text_changes;
DROP FUNCTION text_changes_tell();
DROP TRIGGER keep_kinds ON draw_text_changes;
DROP FUNCTION text_changes_check();
