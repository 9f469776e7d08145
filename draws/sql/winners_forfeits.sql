-- Nobody loses a prize but on one of three grounds, and the database asks for the facts of each.
CREATE OR REPLACE FUNCTION winners_check_forfeit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT coalesce(CASE NEW.forfeit_ground
            -- While something is held against a winner, the time to claim stands still.
            WHEN 'not_claimed' THEN OLD.hand_over = 'to_claim' AND OLD.claim_by <= clock_timestamp()
                AND NOT EXISTS (SELECT 1 FROM disqualifications q
                                WHERE q.winner_id = OLD.id AND q.state IN ('told', 'objected', 'upheld'))
            WHEN 'left' THEN EXISTS (SELECT 1 FROM users u WHERE u.id = OLD.user_id AND u.closed_at IS NOT NULL)
            WHEN 'disqualified' THEN EXISTS (
                SELECT 1 FROM disqualifications q WHERE q.winner_id = OLD.id
                    AND (q.state = 'upheld' OR (q.state = 'told' AND q.object_by <= clock_timestamp())))
            END, false) THEN
        RAISE EXCEPTION 'A prize is lost only when its time to claim is over, its winner left, or a '
            'disqualification stands.' USING ERRCODE = 'L11GW';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_forfeit BEFORE UPDATE OF hand_over, forfeited_at ON winners FOR EACH ROW
    WHEN ((OLD.hand_over <> 'lapsed' AND NEW.hand_over = 'lapsed')
          OR (OLD.forfeited_at IS NULL AND NEW.forfeited_at IS NOT NULL))
    EXECUTE FUNCTION winners_check_forfeit();
CREATE OR REPLACE TRIGGER guard_ground BEFORE UPDATE OF forfeit_ground ON winners FOR EACH ROW
    WHEN (OLD.forfeited_at IS NOT NULL AND OLD.forfeit_ground <> NEW.forfeit_ground)
    EXECUTE FUNCTION refuse_change('Why a prize was lost never changes.', 'L11GW');
CREATE OR REPLACE TRIGGER guard_claim_by BEFORE UPDATE OF claim_by ON winners FOR EACH ROW
    WHEN (NEW.claim_by IS DISTINCT FROM OLD.claim_by AND NOT coalesce(NEW.claim_by > OLD.claim_by, false))
    EXECUTE FUNCTION refuse_change('The time to claim a prize is never cut short.', 'L11GW');

-- undo

DROP TRIGGER guard_claim_by ON winners;
DROP TRIGGER guard_ground ON winners;
DROP TRIGGER check_forfeit ON winners;
DROP FUNCTION winners_check_forfeit();
