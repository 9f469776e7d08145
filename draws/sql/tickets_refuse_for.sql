-- Why the draw takes no more tickets, or nothing when it takes `wanted` more. The draw is read without a lock.
CREATE OR REPLACE FUNCTION tickets_refuse_for(d draws, wanted integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF d.cancelled_at IS NOT NULL THEN
        PERFORM tickets_refuse('L11CA', 'This draw was cancelled.');
    ELSIF NOT d.is_active OR clock_timestamp() >= d.draw_time THEN
        PERFORM tickets_refuse('L11CL', 'This draw has closed.');
    ELSIF d.current_participants + wanted::bigint > d.max_participants THEN
        PERFORM tickets_refuse('L11FU', 'Not enough tickets are left.',
            (d.max_participants - d.current_participants)::text);
    END IF;
END $$;

-- undo

DROP FUNCTION tickets_refuse_for(draws, integer);
