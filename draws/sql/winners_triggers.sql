-- Winners: the holder of a ticket of a frozen draw; what was won, by whom, never changes.
CREATE OR REPLACE FUNCTION winners_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM participations p JOIN draws d ON d.id = p.draw_id
    WHERE p.id = NEW.ticket_id AND p.user_id = NEW.user_id AND p.draw_id = NEW.draw_id AND d.frozen_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A winner holds the winning ticket of a closed draw.' USING ERRCODE = 'L11GW';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_winner BEFORE INSERT ON winners FOR EACH ROW EXECUTE FUNCTION winners_check();
CREATE OR REPLACE TRIGGER guard_winner BEFORE UPDATE ON winners FOR EACH ROW
    WHEN ((OLD.user_id, OLD.draw_id, OLD.ticket_id, OLD.place, OLD.prize_amount, OLD.prize_coins, OLD.won_at)
          IS DISTINCT FROM
          (NEW.user_id, NEW.draw_id, NEW.ticket_id, NEW.place, NEW.prize_amount, NEW.prize_coins, NEW.won_at)
          OR (OLD.transaction_id IS NOT NULL AND NEW.transaction_id IS DISTINCT FROM OLD.transaction_id)
          OR (OLD.forfeited_at IS NOT NULL AND NEW.forfeited_at IS DISTINCT FROM OLD.forfeited_at))
    EXECUTE FUNCTION refuse_change('Who won what with which ticket never changes.', 'L11GW');
CREATE OR REPLACE TRIGGER guard_hand_over BEFORE UPDATE OF hand_over ON winners FOR EACH ROW
    WHEN (OLD.hand_over <> NEW.hand_over
          AND (OLD.hand_over, NEW.hand_over) NOT IN (('to_claim', 'claimed'), ('claimed', 'sent'),
                                                     ('to_claim', 'lapsed'), ('claimed', 'lapsed')))
    EXECUTE FUNCTION refuse_change('A prize is to claim, claimed, sent, or lapsed, in that order.', 'L11GW');
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON winners FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON winners
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON winners;
DROP TRIGGER never_removed ON winners;
DROP TRIGGER guard_hand_over ON winners;
DROP TRIGGER guard_winner ON winners;
DROP TRIGGER check_winner ON winners;
DROP FUNCTION winners_check();
