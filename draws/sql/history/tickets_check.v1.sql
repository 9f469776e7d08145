-- Tickets: whoever inserts them, they are paid, numbered next in line, and of an open draw.
CREATE OR REPLACE FUNCTION tickets_check() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1
    FROM (SELECT draw_id, count(*) AS n, min(ticket_number) AS low, max(ticket_number) AS high
          FROM added GROUP BY draw_id) AS a
    JOIN draws d ON d.id = a.draw_id
    WHERE NOT d.is_active OR a.high <> d.current_participants OR a.low <> a.high - a.n + 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Tickets are taken in an open draw, numbered next in line. No ticket was taken.'
            USING ERRCODE = 'L11GT';
    END IF;
    PERFORM 1
    FROM (SELECT transaction_id, draw_id, user_id, count(*) AS n FROM added GROUP BY 1, 2, 3) AS a
    JOIN draws d ON d.id = a.draw_id
    LEFT JOIN transactions t ON t.id = a.transaction_id
    WHERE t.id IS NULL OR t.type <> 'entry' OR t.user_id <> a.user_id OR t.amount <> -a.n * d.entry_fee
       OR a.n <> (SELECT count(*) FROM participations p
                  WHERE p.user_id = a.user_id AND p.draw_id = a.draw_id AND p.transaction_id = a.transaction_id)
       OR t.reference <> 'draw:' || a.draw_id;
    IF FOUND THEN
        RAISE EXCEPTION 'A ticket is paid by its player with an entry transaction of its own. No ticket was taken.'
            USING ERRCODE = 'L11GT';
    END IF;
    RETURN NULL;
END $$;

-- undo

DROP FUNCTION tickets_check();
