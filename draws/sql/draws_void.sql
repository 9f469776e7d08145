-- A draw ends without winners only for a reason that the time and its list allow: nobody voids a draw whose winner
-- they do not like. The codes are the protocol's: 1 no tickets, 2 below the minimum, 3 cancelled, 4 not frozen in
-- time, 5 the beacon's round is missing, which a draw waits for 7 days.
CREATE OR REPLACE FUNCTION draws_check_void() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sealed draw_seals;
    came boolean;
    closed constant boolean := clock_timestamp() >= OLD.draw_time;
    listed constant boolean := OLD.frozen_at IS NOT NULL;
    allowed boolean;
BEGIN
    SELECT * INTO sealed FROM draw_seals WHERE draw_id = NEW.id;
    came := EXISTS (SELECT FROM beacon_rounds b WHERE b.chain_hash = sealed.chain_hash AND b.round = sealed.round);
    allowed := OLD.drawn_at IS NULL AND CASE NEW.void_code
        WHEN 1 THEN closed AND NOT listed AND OLD.current_participants = 0
        WHEN 2 THEN closed AND NOT listed AND OLD.current_participants BETWEEN 1 AND OLD.min_participants - 1
        WHEN 3 THEN NOT closed AND NOT listed
        WHEN 4 THEN closed AND NOT listed AND (came OR clock_timestamp() > to_timestamp(sealed.freeze_by))
        WHEN 5 THEN listed AND sealed.round IS NOT NULL AND NOT came
                    AND OLD.frozen_at < clock_timestamp() - interval '7 days'
    END;
    IF allowed IS NOT TRUE THEN
        RAISE EXCEPTION 'Draw % cannot be void for this reason now: its time or its ticket list is against it.', NEW.id
            USING ERRCODE = 'L11GD';
    END IF;
    RETURN NEW;
END $$;

-- It names its columns, so that a ticket does not pay for it.
CREATE OR REPLACE TRIGGER check_void BEFORE UPDATE OF void_code, cancelled_at ON draws FOR EACH ROW
    WHEN (OLD.cancelled_at IS NULL AND (NEW.cancelled_at IS NOT NULL OR NEW.void_code IS NOT NULL))
    EXECUTE FUNCTION draws_check_void();

-- undo

DROP TRIGGER check_void ON draws;
DROP FUNCTION draws_check_void();
