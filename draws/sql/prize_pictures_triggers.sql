-- A published draw keeps the picture that players saw when they entered.

-- The row of a photo may go once its draw no longer shows it.
CREATE OR REPLACE FUNCTION pictures_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draws d WHERE d.id = OLD.draw_id AND d.published_at IS NOT NULL
        AND (TG_OP = 'UPDATE' OR d.prize_image_url <> '');
    IF FOUND THEN
        RAISE EXCEPTION 'A published draw keeps its picture: players entered for what they saw.'
            USING ERRCODE = 'L11GD';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE TRIGGER never_swapped BEFORE UPDATE ON prize_pictures FOR EACH ROW
    WHEN ((OLD.draw_id, OLD.name, OLD.width, OLD.height)
          IS DISTINCT FROM (NEW.draw_id, NEW.name, NEW.width, NEW.height))
    EXECUTE FUNCTION pictures_check();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON prize_pictures
    FOR EACH ROW EXECUTE FUNCTION pictures_check();

-- undo

DROP TRIGGER never_removed ON prize_pictures;
DROP TRIGGER never_swapped ON prize_pictures;
DROP FUNCTION pictures_check();
