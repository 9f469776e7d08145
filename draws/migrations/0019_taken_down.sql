-- A photo that may not be shown is taken down: what stood there is kept first, and nothing takes its place.

CREATE OR REPLACE FUNCTION pictures_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draw_text_changes c
    WHERE c.draw_id = OLD.id AND c.field = 'prize_image_url' AND c.old = OLD.prize_image_url AND c.new = '';
    IF FOUND AND NEW.prize_image_url = '' AND NEW.illustration = OLD.illustration THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published draw keeps its picture: players entered for what they saw.' USING ERRCODE = 'L11GD';
END $$;

CREATE FUNCTION pictures_stay_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draw_text_changes c WHERE c.draw_id = OLD.id AND c.field = 'prize_image_url';
    IF FOUND THEN
        RAISE EXCEPTION 'A draw whose photo was taken down gets no other one.' USING ERRCODE = 'L11GD';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_taken_down BEFORE UPDATE OF prize_image_url, illustration ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL AND OLD.prize_image_url = '' AND OLD.illustration = ''
          AND (OLD.prize_image_url, OLD.illustration) IS DISTINCT FROM (NEW.prize_image_url, NEW.illustration))
    EXECUTE FUNCTION pictures_stay_down();

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

-- undo

CREATE OR REPLACE FUNCTION pictures_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draws d WHERE d.id = OLD.draw_id AND d.published_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'A published draw keeps its picture: players entered for what they saw.'
            USING ERRCODE = 'L11GD';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
DROP TRIGGER guard_taken_down ON draws;
DROP FUNCTION pictures_stay_down();
CREATE OR REPLACE FUNCTION pictures_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published draw keeps its picture: players entered for what they saw.' USING ERRCODE = 'L11GD';
END $$;
