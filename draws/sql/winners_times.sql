-- A prize is won, given and lost at the moment it is written down, and the time to claim it stands.
CREATE OR REPLACE TRIGGER guard_new_times BEFORE INSERT ON winners FOR EACH ROW
    WHEN (NOT happens_now(NEW.won_at) OR NOT happens_now(NEW.settled_at) OR NOT happens_now(NEW.forfeited_at))
    EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_times BEFORE UPDATE OF settled_at, forfeited_at ON winners FOR EACH ROW
    WHEN ((NEW.settled_at IS DISTINCT FROM OLD.settled_at AND NOT happens_now(NEW.settled_at))
          OR (NEW.forfeited_at IS DISTINCT FROM OLD.forfeited_at AND NOT happens_now(NEW.forfeited_at)))
    EXECUTE FUNCTION refuse_other_time();
CREATE OR REPLACE TRIGGER guard_settled BEFORE UPDATE OF settled_at ON winners FOR EACH ROW
    WHEN (OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at)
    EXECUTE FUNCTION refuse_change('When a prize was given never changes.', 'L11GW');

-- While something is held against a winner, the time to claim stands still: dropping it gives that time back.
CREATE OR REPLACE FUNCTION winners_check_claim_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM disqualifications d
    WHERE d.winner_id = NEW.id AND d.state = 'dropped' AND happens_now(d.decided_at)
      AND NEW.claim_by > OLD.claim_by AND NEW.claim_by - OLD.claim_by <= clock_timestamp() - d.told_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Until when a prize is claimed never changes, but for the time in which something was held '
            'against its winner.' USING ERRCODE = 'L11GW';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_claim_by BEFORE UPDATE OF claim_by ON winners FOR EACH ROW
    WHEN (NEW.claim_by IS DISTINCT FROM OLD.claim_by) EXECUTE FUNCTION winners_check_claim_by();

-- undo

DROP TRIGGER guard_claim_by ON winners;
DROP FUNCTION winners_check_claim_by();
DROP TRIGGER guard_settled ON winners;
DROP TRIGGER guard_times ON winners;
DROP TRIGGER guard_new_times ON winners;
