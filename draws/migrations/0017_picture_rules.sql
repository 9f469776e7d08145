-- What players saw when they entered: a published draw gets a picture once, if it had none, and keeps it.

CREATE FUNCTION pictures_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published draw keeps its picture: players entered for what they saw.' USING ERRCODE = 'L11GD';
END $$;

-- It names its columns, so that a ticket does not pay for it.
CREATE TRIGGER guard_picture BEFORE UPDATE OF prize_image_url, illustration ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL AND (OLD.prize_image_url <> '' OR OLD.illustration <> '')
          AND (OLD.prize_image_url, OLD.illustration) IS DISTINCT FROM (NEW.prize_image_url, NEW.illustration))
    EXECUTE FUNCTION pictures_refuse();

CREATE FUNCTION pictures_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draws d WHERE d.id = OLD.draw_id AND d.published_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'A published draw keeps its picture: players entered for what they saw.'
            USING ERRCODE = 'L11GD';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER never_swapped BEFORE UPDATE ON prize_pictures FOR EACH ROW
    WHEN ((OLD.draw_id, OLD.name, OLD.width, OLD.height) IS DISTINCT FROM (NEW.draw_id, NEW.name, NEW.width, NEW.height))
    EXECUTE FUNCTION pictures_check();
CREATE TRIGGER never_removed BEFORE DELETE ON prize_pictures FOR EACH ROW EXECUTE FUNCTION pictures_check();

-- undo

DROP TRIGGER never_removed ON prize_pictures;
DROP TRIGGER never_swapped ON prize_pictures;
DROP FUNCTION pictures_check();
DROP TRIGGER guard_picture ON draws;
DROP FUNCTION pictures_refuse();
