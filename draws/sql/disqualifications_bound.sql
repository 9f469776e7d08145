-- How many prizes staff may take back is sealed before the first ticket. What was dropped does not count.
CREATE OR REPLACE FUNCTION disqualifications_check_bound() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    draw integer;
    most integer;
BEGIN
    SELECT w.draw_id, (s.terms::jsonb ->> 'disqualify')::integer INTO draw, most
    FROM winners w JOIN draw_seals s ON s.draw_id = w.draw_id WHERE w.id = NEW.winner_id;
    -- One after the other: two at once would each see room for itself.
    PERFORM 1 FROM draws d WHERE d.id = draw FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM disqualifications q JOIN winners w ON w.id = q.winner_id
        WHERE w.draw_id = draw AND q.state <> 'dropped') >= most THEN
        RAISE EXCEPTION 'Staff take back no more prizes of a draw than its seal allows.' USING ERRCODE = 'L11DQ';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_bound BEFORE INSERT ON disqualifications
    FOR EACH ROW EXECUTE FUNCTION disqualifications_check_bound();

-- undo

DROP TRIGGER check_bound ON disqualifications;
DROP FUNCTION disqualifications_check_bound();
