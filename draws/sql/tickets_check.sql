-- Tickets: whoever inserts them, they are paid, numbered next in line, and of an open draw.
CREATE OR REPLACE FUNCTION tickets_check() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    numbered boolean;
    paid boolean;
BEGIN
    -- Both answers by one query: every ticket waits for it.
    SELECT bool_and((d.is_active AND a.high = d.current_participants AND a.low = a.high - a.taken + 1
                     AND a.latest < d.draw_time) IS TRUE),
           bool_and((t.type = 'entry' AND t.user_id = a.user_id AND t.amount = -a.n * d.entry_fee
                     AND t.reference = 'draw:' || a.draw_id
                     AND a.n = (SELECT count(*) FROM participations p
                                WHERE p.user_id = a.user_id AND p.draw_id = a.draw_id
                                  AND p.transaction_id = a.transaction_id)) IS TRUE)
        INTO numbered, paid
    FROM (SELECT draw_id, transaction_id, user_id, count(*) AS n, min(min(ticket_number)) OVER of_draw AS low,
                 max(max(ticket_number)) OVER of_draw AS high, sum(count(*)) OVER of_draw AS taken,
                 max(max(participated_at)) OVER of_draw AS latest
          FROM added GROUP BY draw_id, transaction_id, user_id WINDOW of_draw AS (PARTITION BY draw_id)) AS a
    JOIN draws d ON d.id = a.draw_id
    LEFT JOIN transactions t ON t.id = a.transaction_id;
    IF NOT numbered THEN
        RAISE EXCEPTION 'Tickets are taken in an open draw, numbered next in line. No ticket was taken.'
            USING ERRCODE = 'L11GT';
    ELSIF NOT paid THEN
        RAISE EXCEPTION 'A ticket is paid by its player with an entry transaction of its own. No ticket was taken.'
            USING ERRCODE = 'L11GT';
    END IF;
    RETURN NULL;
END $$;

-- undo

DROP FUNCTION tickets_check();
