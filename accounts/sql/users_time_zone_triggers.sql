-- Days are counted in the player's time zone: visits, and days in a row. So it changes once a week, and when it did
-- is written here and nowhere else. A deleted account goes back to UTC.

CREATE OR REPLACE FUNCTION users_check_time_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.time_zone = OLD.time_zone THEN
        NEW.time_zone_changed_at := OLD.time_zone_changed_at;
        RETURN NEW;
    END IF;
    IF NEW.closed_at IS NULL AND OLD.time_zone_changed_at > clock_timestamp() - interval '7 days' THEN
        RAISE EXCEPTION 'A time zone can be changed once a week. Player % changed it less than 7 days ago.', NEW.id
            USING ERRCODE = 'L11TZ';
    END IF;
    NEW.time_zone_changed_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_time_zone BEFORE UPDATE OF time_zone, time_zone_changed_at ON users FOR EACH ROW
    WHEN ((NEW.time_zone, NEW.time_zone_changed_at) IS DISTINCT FROM (OLD.time_zone, OLD.time_zone_changed_at))
    EXECUTE FUNCTION users_check_time_zone();

-- undo

DROP TRIGGER check_time_zone ON users;
DROP FUNCTION users_check_time_zone();
