-- A visit a day, also for a player who moves to another time zone in between.

CREATE OR REPLACE FUNCTION ledger_check_visit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF moved_since(NEW.user_id, (SELECT time_zone_changed_at FROM users WHERE id = NEW.user_id), 'daily_bonus') THEN
        RAISE EXCEPTION 'Player % changed their time zone after their last visit, which was less than 24 hours ago. '
            'No coins were moved.', NEW.user_id USING ERRCODE = 'L11TZ';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER check_visit AFTER INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type = 'daily_bonus') EXECUTE FUNCTION ledger_check_visit();

-- undo

DROP TRIGGER check_visit ON transactions;
DROP FUNCTION ledger_check_visit();
