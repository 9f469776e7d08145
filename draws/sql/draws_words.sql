-- What players read about the prize when they entered holds: a published draw's texts change only as the newest record of
-- that text says, and not at all once it was drawn or cancelled.
CREATE OR REPLACE FUNCTION draws_check_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    word record;
BEGIN
    FOR word IN SELECT * FROM (VALUES ('description', OLD.description, NEW.description),
                                      ('prize_details', OLD.prize_details, NEW.prize_details)) AS w (field, old, new)
                WHERE w.old <> w.new LOOP
        PERFORM FROM (SELECT c.old, c.new FROM draw_text_changes c WHERE c.draw_id = OLD.id AND c.field = word.field
                      ORDER BY c.id DESC LIMIT 1) AS newest
        WHERE newest.old = word.old AND newest.new = word.new;
        IF NOT FOUND OR OLD.drawn_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL THEN
            RAISE EXCEPTION 'Draw % is published: its texts change only by an addition or an approved correction, and '
                            'never after it has ended.', OLD.id USING ERRCODE = 'L11GD';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

-- It names its columns, so that a ticket does not pay for it.
CREATE OR REPLACE TRIGGER guard_words BEFORE UPDATE OF description, prize_details ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL
          AND (OLD.description, OLD.prize_details) IS DISTINCT FROM (NEW.description, NEW.prize_details))
    EXECUTE FUNCTION draws_check_words();

-- undo

DROP TRIGGER guard_words ON draws;
DROP FUNCTION draws_check_words();
