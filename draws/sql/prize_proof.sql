-- A prize is proven by the winner at its place, who holds the ticket that the published result has there, and by
-- the coins that the draw promised. Its key names the draw and the place, so that it is paid once.
CREATE OR REPLACE FUNCTION prize_proof(r transactions) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    named text[] := regexp_match(r.idempotency_key, '^prize:([0-9]{1,9}):([0-9]{1,4})$');
    won_in integer := named[1];
    won_place integer := named[2];
BEGIN
    PERFORM 1 FROM winners w
    JOIN draws d ON d.id = w.draw_id
    JOIN draw_seals s ON s.draw_id = w.draw_id
    JOIN participations p ON p.id = w.ticket_id
    WHERE w.draw_id = won_in AND w.place = won_place AND w.user_id = r.user_id AND w.prize_coins = r.amount
      AND w.transaction_id IS NULL AND d.drawn_at IS NOT NULL AND d.prize_coins = w.prize_coins
      AND w.place < d.winner_count AND (p.draw_id, p.user_id) = (w.draw_id, w.user_id)
      AND s.places[w.place + 1] = p.ticket_number - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A prize is paid to the winner at its place, once, as the draw promised. No coins were moved.'
            USING ERRCODE = 'L11UP';
    END IF;
END $$;

-- undo

DROP FUNCTION prize_proof(transactions);
