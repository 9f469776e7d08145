-- Refuse if the draw takes no more tickets, and do nothing if it takes `wanted` more. The draw is read without
-- a lock.
CREATE OR REPLACE FUNCTION refuse_entry_to(d draws, wanted integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF d.cancelled_at IS NOT NULL THEN
        PERFORM refuse_entry('draw_cancelled', 'This draw was cancelled.');
    ELSIF NOT d.is_active OR clock_timestamp() >= d.draw_time THEN
        PERFORM refuse_entry('draw_closed', 'This draw has closed.');
    ELSIF d.current_participants + wanted::bigint > d.max_participants THEN
        PERFORM refuse_entry('draw_full', 'Not enough tickets are left.',
            jsonb_build_object('left', d.max_participants - d.current_participants));
    END IF;
END $$;

-- undo

DROP FUNCTION refuse_entry_to(draws, integer);
