-- The first record, n = 0, names the site and has no time. A later one may be ahead of a clock that was set back,
-- but only as far as the record before it.
CREATE OR REPLACE FUNCTION fairness_log_ahead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM fairness_log o WHERE o.n = NEW.n - 1 AND o.time = NEW.time;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A record of the log has the time of the database, or that of the last record.'
            USING ERRCODE = 'L11OT';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_ahead BEFORE INSERT ON fairness_log FOR EACH ROW
    WHEN (to_timestamp(NEW.time) > clock_timestamp() + interval '1 minute') EXECUTE FUNCTION fairness_log_ahead();
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON fairness_log FOR EACH ROW
    WHEN (NOT happens_now(NEW.created_at)
          OR (NEW.n > 0 AND to_timestamp(NEW.time) < transaction_timestamp() - interval '1 minute'))
    EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON fairness_log;
DROP TRIGGER guard_ahead ON fairness_log;
DROP FUNCTION fairness_log_ahead();
