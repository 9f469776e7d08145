-- Refuse that somebody decides about a draw in which they hold or held a ticket: tickets are never removed.
CREATE OR REPLACE FUNCTION refuse_stake(p_draw integer, VARIADIC p_staff text[])
RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM participations p WHERE p.draw_id = p_draw AND p.user_id = ANY (p_staff)) THEN
        RAISE EXCEPTION 'Nobody decides about a draw in which they hold a ticket.' USING ERRCODE = 'L11CI';
    END IF;
END $$;

-- undo

DROP FUNCTION refuse_stake(integer, text[]);
