-- Nobody asks for, approves or refuses what concerns themselves or a draw in which they hold a ticket.

-- What it is about stands in its subject and in its payload, which is what is done: both are held to.
CREATE OR REPLACE FUNCTION approvals_refuse_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Whoever refuses stops what was asked for, whoever asked.
    people text[] := array_remove(ARRAY[CASE NEW.state WHEN 'refused' THEN NULL ELSE NEW.asked_by_id END,
                                        NEW.decided_by_id], NULL);
BEGIN
    IF NEW.payload ->> 'user_id' = ANY (people)
            OR (NEW.subject LIKE 'user:%' AND substr(NEW.subject, 6) = ANY (people)) THEN
        RAISE EXCEPTION 'Nobody decides about themselves.' USING ERRCODE = 'L11CI';
    END IF;
    PERFORM refuse_stake(about.draw, VARIADIC people) FROM (
        SELECT substring(NEW.subject FROM '^draw:([0-9]{1,9})$')::integer
        UNION SELECT substring(NEW.payload ->> 'draw_id' FROM '^[0-9]{1,9}$')::integer
        UNION SELECT w.draw_id FROM winners w
              WHERE w.id IN (substring(NEW.subject FROM '^winner:([0-9]{1,18})$')::bigint,
                             substring(NEW.payload ->> 'winner_id' FROM '^[0-9]{1,18}$')::bigint)
    ) AS about (draw) WHERE about.draw IS NOT NULL;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER no_conflict_when_asked BEFORE INSERT ON approvals
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_conflict();
-- Whoever asked may always withdraw.
CREATE OR REPLACE TRIGGER no_conflict_when_decided BEFORE UPDATE ON approvals FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NEW.state <> 'withdrawn')
    EXECUTE FUNCTION approvals_refuse_conflict();

-- undo

DROP TRIGGER no_conflict_when_decided ON approvals;
DROP TRIGGER no_conflict_when_asked ON approvals;
DROP FUNCTION approvals_refuse_conflict();
