-- What the log says of a prize after the draw is what happened to it, and is said once. Prize and record are written
-- in one database transaction, so this is asked at its end.
CREATE OR REPLACE FUNCTION fairness_log_check_pass() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM redraws r
    WHERE NEW.kind = 'redraw' AND r.draw_id = NEW.draw_id AND r.record_hash = NEW.record_hash AND r.reason ~ '\S'
    UNION ALL
    -- T(lapse, …): no reserve is left for a prize that its winner lost.
    SELECT 1 FROM winners w JOIN draw_seals s ON s.draw_id = w.draw_id
    WHERE NEW.kind = 'lapse' AND w.draw_id = NEW.draw_id AND w.forfeited_at IS NOT NULL AND w.forfeit_reason ~ '\S'
      AND NOT EXISTS (SELECT FROM redraws r WHERE r.failed_id = w.id)
      AND cardinality(s.places) <= (SELECT count(*) FROM winners o WHERE o.draw_id = w.draw_id)
      AND NEW.record_hash = sha256(
          int2send(15::int2) || 'lucky11/1/lapse'::bytea || int4send(32) || s.result_hash
          || int4send(4) || int4send(w.place)
          || int4send(octet_length(w.forfeit_reason)) || convert_to(w.forfeit_reason, 'UTF8'));
    IF NOT FOUND OR EXISTS (SELECT FROM fairness_log o WHERE o.draw_id = NEW.draw_id AND o.n < NEW.n
                            AND o.record_hash = NEW.record_hash) THEN
        RAISE EXCEPTION 'The log says what happened to a prize as it happened, and once.' USING ERRCODE = 'L11GS';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS proof_of_pass ON fairness_log;
CREATE CONSTRAINT TRIGGER proof_of_pass AFTER INSERT ON fairness_log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind IN ('redraw', 'lapse')) EXECUTE FUNCTION fairness_log_check_pass();

-- undo

DROP TRIGGER proof_of_pass ON fairness_log;
DROP FUNCTION fairness_log_check_pass();
