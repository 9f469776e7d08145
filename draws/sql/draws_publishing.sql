-- A draft opens only as a draw that is fair and can be read, and with its whole terms written down word for word.
CREATE OR REPLACE FUNCTION draws_check_publishing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken constant text[] := why_not_publish(NEW, clock_timestamp(), '0');
BEGIN
    IF broken <> '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'L11GD', CONSTRAINT = broken[1],
            MESSAGE = format('Draw %s cannot be published as it is: %s.', NEW.id, array_to_string(broken, ', '));
    END IF;
    PERFORM FROM draw_terms t WHERE t.draw_id = NEW.id AND t.terms::jsonb @> jsonb_build_object(
        'title', NEW.title, 'description', NEW.description, 'entry_fee', NEW.entry_fee,
        'max_participants', NEW.max_participants, 'max_per_player', NEW.max_per_player,
        'min_participants', NEW.min_participants, 'vip_only', NEW.vip_only::integer,
        'prizes', jsonb_build_array(jsonb_build_object(
            'winners', NEW.winner_count, 'amount', NEW.prize_amount::text, 'coins', NEW.prize_coins,
            'text', NEW.prize_details)));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Draw % cannot be published: its whole terms are not written down.', NEW.id
            USING ERRCODE = 'L11GD';
    END IF;
    RETURN NEW;
END $$;

-- It names its column, so that a ticket does not pay for it.
CREATE OR REPLACE TRIGGER keep_rules BEFORE UPDATE OF published_at ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION draws_check_publishing();

-- undo

DROP TRIGGER keep_rules ON draws;
DROP FUNCTION draws_check_publishing();
