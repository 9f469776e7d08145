-- The same, and on disk when it returns. It commits, which frees the locks, and then flushes: the log is written
-- in order, so the one flush covers the tickets too, and players who wait for a flush share it.
CREATE OR REPLACE PROCEDURE take_tickets_durably(
    p_player text, p_draw integer, p_count integer, p_request text, INOUT numbers integer[] DEFAULT NULL,
    INOUT spent integer DEFAULT NULL, INOUT balance integer DEFAULT NULL, INOUT replayed boolean DEFAULT NULL
) LANGUAGE plpgsql AS $$
DECLARE
    taken record;
    nothing text;
BEGIN
    -- A connection keeps its plans. One made while a table was empty must not read the whole table later.
    nothing := set_config('enable_seqscan', 'off', true);
    taken := take_tickets(p_player, p_draw, p_count, p_request);
    COMMIT;
    nothing := pg_logical_emit_message(true, 'lucky11', '');
    numbers := taken.numbers;
    spent := taken.spent;
    balance := taken.balance;
    replayed := taken.replayed;
END $$;

-- undo

DROP PROCEDURE take_tickets_durably(text, integer, integer, text, integer[], integer, integer, boolean);
