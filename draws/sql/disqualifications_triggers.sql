-- A winner is told what is held against them and may object; only then, and by a second person, it stands.

CREATE OR REPLACE FUNCTION disqualifications_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'told' OR NEW.objection <> '' OR NEW.decided_by_id IS NOT NULL
            OR NEW.told_at NOT BETWEEN clock_timestamp() - interval '5 minutes' AND clock_timestamp() THEN
        RAISE EXCEPTION 'A disqualification begins now, with its winner told and nothing decided.'
            USING ERRCODE = 'L11DQ';
    END IF;
    -- What is seen: no spaces, digits, signs or marks without width, whatever the alphabet.
    IF length(regexp_replace(NEW.evidence,
            '[[:space:][:digit:][:punct:]\u00a0\u00ad\u034f\u061c\u180e\u2000-\u206f\u3000\ufeff]', '', 'g')) < 3 THEN
        RAISE EXCEPTION 'A disqualification says what is held against the winner.' USING ERRCODE = 'L11DQ';
    END IF;
    PERFORM 1 FROM winners w WHERE w.id = NEW.winner_id AND w.hand_over IN ('to_claim', 'claimed');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Only the winner of a prize to claim or claimed is disqualified.' USING ERRCODE = 'L11DQ';
    END IF;
    PERFORM refuse_stake(w.draw_id, NEW.asked_by_id, NEW.approved_by_id) FROM winners w WHERE w.id = NEW.winner_id;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION disqualifications_check_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (CASE OLD.state || ' ' || NEW.state
            WHEN 'told objected' THEN
                OLD.objection = '' AND NEW.objection <> '' AND clock_timestamp() < OLD.object_by
            WHEN 'told done' THEN OLD.object_by <= clock_timestamp()
            WHEN 'objected upheld' THEN NEW.decided_by_id IS NOT NULL AND NEW.decided_at IS NOT NULL
            WHEN 'upheld done' THEN true
            WHEN 'told dropped' THEN true
            WHEN 'objected dropped' THEN true
            WHEN 'upheld dropped' THEN true
            ELSE false END) THEN
        RAISE EXCEPTION 'A disqualification stands when its time to object is over, or a second person upheld it.'
            USING ERRCODE = 'L11DQ';
    END IF;
    IF NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id THEN
        PERFORM refuse_stake(w.draw_id, NEW.decided_by_id) FROM winners w WHERE w.id = NEW.winner_id;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_disqualification BEFORE INSERT ON disqualifications
    FOR EACH ROW EXECUTE FUNCTION disqualifications_check();
CREATE OR REPLACE TRIGGER check_step BEFORE UPDATE ON disqualifications FOR EACH ROW
    WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION disqualifications_check_step();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON disqualifications FOR EACH ROW
    WHEN ((OLD.winner_id, OLD.reason, OLD.asked_by_id, OLD.approved_by_id, OLD.told_at, OLD.object_by)
          IS DISTINCT FROM
          (NEW.winner_id, NEW.reason, NEW.asked_by_id, NEW.approved_by_id, NEW.told_at, NEW.object_by)
          OR (OLD.state = NEW.state AND (OLD.objected_at, OLD.decided_by_id, OLD.decided_at)
              IS DISTINCT FROM (NEW.objected_at, NEW.decided_by_id, NEW.decided_at)))
    EXECUTE FUNCTION refuse_change('What was held against a winner, by whom and until when, never changes.', 'L11DQ');
-- Deleting an account empties the texts, and touches nothing else.
CREATE OR REPLACE TRIGGER texts_stay BEFORE UPDATE ON disqualifications FOR EACH ROW
    WHEN ((OLD.evidence <> NEW.evidence OR (OLD.objection <> '' AND OLD.objection <> NEW.objection)
           OR (OLD.decision <> '' AND OLD.decision <> NEW.decision))
          AND coalesce(current_setting('lucky11.service', true), '') <> 'delete_account')
    EXECUTE FUNCTION refuse_change('What was said about a disqualification stays as it was said.', 'L11DQ');
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON disqualifications
    FOR EACH ROW EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON disqualifications
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');

-- undo

DROP TRIGGER never_emptied ON disqualifications;
DROP TRIGGER never_removed ON disqualifications;
DROP TRIGGER texts_stay ON disqualifications;
DROP TRIGGER never_changed ON disqualifications;
DROP TRIGGER check_step ON disqualifications;
DROP TRIGGER check_disqualification ON disqualifications;
DROP FUNCTION disqualifications_check_step();
DROP FUNCTION disqualifications_check();
