-- Spending limits: lowered at once, raised or lifted only after 24 hours, whoever writes them.

CREATE OR REPLACE FUNCTION spend_limits_check_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bigint := coalesce(spend_limit_now(OLD), 9223372036854775807);
BEGIN
    IF coalesce(spend_limit_now(NEW), 9223372036854775807) > held
       OR ((NEW.next_at, NEW.next_coins) IS DISTINCT FROM (OLD.next_at, OLD.next_coins)
           AND coalesce(NEW.next_coins, 9223372036854775807) > held
           AND NEW.next_at < clock_timestamp() + interval '23 hours 59 minutes')
       OR (NEW.user_id, NEW.period) IS DISTINCT FROM (OLD.user_id, OLD.period) THEN
        RAISE EXCEPTION 'A limit is raised or lifted only 24 hours after it was asked for.' USING ERRCODE = 'L11AO';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_change BEFORE UPDATE ON spend_limits
    FOR EACH ROW EXECUTE FUNCTION spend_limits_check_change();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON spend_limits
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON spend_limits
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON spend_limits;
DROP TRIGGER never_removed ON spend_limits;
DROP TRIGGER check_change ON spend_limits;
DROP FUNCTION spend_limits_check_change();
