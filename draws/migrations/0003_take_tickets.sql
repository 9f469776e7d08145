-- Taking tickets in one trip, with one short lock on the draw. Lock order: the player, then the draw.
-- Refusals are errors of class L11, so that nothing half-done stays; the service turns each into an exception.

CREATE FUNCTION tickets_refuse(code text, sentence text, detail text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = sentence, DETAIL = detail;
END $$;

-- Why the draw takes no more tickets, or nothing when it takes `wanted` more. The draw is read without a lock.
CREATE FUNCTION tickets_refuse_for(d draws, wanted integer) RETURNS void LANGUAGE plpgsql AS $$
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

-- The next streak of a player who takes a ticket on `today`: one missed day a week is forgiven.
CREATE FUNCTION next_streak(
    streak integer, last_on date, grace_on date, today date, OUT new_streak integer, OUT new_grace date
) LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    new_grace := grace_on;
    IF last_on IS NULL THEN
        new_streak := 1;
    ELSIF today <= last_on THEN
        new_streak := greatest(streak, 1);
    ELSIF today = last_on + 1 THEN
        new_streak := streak + 1;
    ELSIF today = last_on + 2 AND (grace_on IS NULL OR last_on + 1 >= grace_on + 7) THEN
        new_streak := streak + 1;
        new_grace := last_on + 1;
    ELSE
        new_streak := 1;
    END IF;
END $$;

CREATE FUNCTION take_tickets(
    p_player text, p_draw integer, p_count integer, p_request text,
    OUT numbers integer[], OUT spent integer, OUT balance integer, OUT replayed boolean
) LANGUAGE plpgsql AS $$
DECLARE
    d draws;
    u record;
    paid record;
    held integer;
    highest integer;
    today date;
    streak record;
    nothing text;
    entry_key text := 'entry:' || p_player || ':' || p_draw || ':' || p_request;
BEGIN
    -- Early lock release: the locks go at commit, before the flush. `take_tickets_durably` flushes.
    -- (An assignment, here and below, because PERFORM would run a query.)
    nothing := set_config('synchronous_commit', 'off', true);
    SELECT * INTO d FROM draws WHERE id = p_draw;
    IF NOT FOUND OR d.published_at IS NULL THEN
        PERFORM tickets_refuse('L11NF', 'There is no such draw.');
    END IF;
    IF NOT d.is_active OR d.current_participants >= d.max_participants OR clock_timestamp() >= d.draw_time THEN
        -- Refused without a lock, unless this very request was paid before.
        PERFORM 1 FROM transactions WHERE idempotency_key = entry_key;
        IF NOT FOUND THEN
            PERFORM tickets_refuse_for(d, p_count);
        END IF;
    END IF;
    SELECT coins, is_vip, is_active, time_zone, current_streak, last_ticket_on, grace_used_on,
            EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.user_id = users.id AND e.verified) AS confirmed
        INTO u FROM users WHERE id = p_player FOR NO KEY UPDATE;
    SELECT t.id, t.amount INTO paid FROM transactions t WHERE t.idempotency_key = entry_key;
    IF FOUND THEN
        SELECT array_agg(p.ticket_number ORDER BY p.ticket_number) INTO numbers FROM participations p
            WHERE p.user_id = p_player AND p.draw_id = p_draw AND p.transaction_id = paid.id;
        IF cardinality(numbers) <> p_count THEN
            PERFORM tickets_refuse('L11RC', 'This request was sent before for another number of tickets.');
        END IF;
        spent := -paid.amount;
        balance := u.coins;
        replayed := true;
        RETURN;
    END IF;
    IF u.is_active IS NOT TRUE THEN
        PERFORM tickets_refuse('L11SU', 'This account may not take tickets.');
    END IF;
    IF NOT u.confirmed THEN
        PERFORM tickets_refuse('L11EM', 'The e-mail address is not confirmed.');
    END IF;
    IF NOT u.is_vip AND (d.vip_only OR clock_timestamp() < d.early_access_until) THEN
        PERFORM tickets_refuse('L11VI', 'Only VIP players may enter.');
    END IF;
    SELECT count(*) INTO held FROM participations p WHERE p.user_id = p_player AND p.draw_id = p_draw;
    IF held + p_count > d.max_per_player THEN
        PERFORM tickets_refuse('L11LI', 'Ticket limit reached.', held || ' ' || d.max_per_player);
    END IF;
    IF u.coins < p_count::bigint * d.entry_fee THEN
        PERFORM tickets_refuse('L11CO', 'Not enough coins.', u.coins || ' ' || p_count::bigint * d.entry_fee);
    END IF;

    INSERT INTO transactions (user_id, type, amount, description, idempotency_key, reference)
        VALUES (p_player, 'entry', -p_count * d.entry_fee,
                p_count || CASE p_count WHEN 1 THEN ' ticket: ' ELSE ' tickets: ' END || d.title,
                entry_key, 'draw:' || p_draw)
        RETURNING id INTO paid;
    today := (clock_timestamp() AT TIME ZONE u.time_zone)::date;
    streak := next_streak(u.current_streak, u.last_ticket_on, u.grace_used_on, today);
    UPDATE users SET total_participations = total_participations + p_count, current_streak = streak.new_streak,
            grace_used_on = streak.new_grace, last_ticket_on = greatest(last_ticket_on, today)
        WHERE id = p_player;
    nothing := set_config('lucky11.service', 'take_tickets', true);
    UPDATE draws SET current_participants = current_participants + p_count
        WHERE id = p_draw AND is_active AND clock_timestamp() < draw_time
          AND current_participants + p_count <= max_participants
        RETURNING current_participants INTO highest;
    IF NOT FOUND THEN
        SELECT * INTO d FROM draws WHERE id = p_draw;
        PERFORM tickets_refuse_for(d, p_count);
        PERFORM tickets_refuse('L11CL', 'This draw has closed.');
    END IF;
    nothing := set_config('lucky11.service', '', true);
    numbers := ARRAY(SELECT generate_series(highest - p_count + 1, highest));
    INSERT INTO participations (user_id, draw_id, ticket_number, transaction_id, taken_on, participated_at)
        SELECT p_player, p_draw, n, paid.id, today, clock_timestamp() FROM unnest(numbers) AS n;
    spent := p_count * d.entry_fee;
    balance := u.coins - spent;
    replayed := false;
END $$;

-- The same, and on disk when it returns. It commits, which frees the locks, and then flushes: the log is written
-- in order, so the one flush covers the tickets too, and players who wait for a flush share it.
CREATE PROCEDURE take_tickets_durably(
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
DROP FUNCTION take_tickets(text, integer, integer, text);
DROP FUNCTION next_streak(integer, date, date, date);
DROP FUNCTION tickets_refuse_for(draws, integer);
DROP FUNCTION tickets_refuse(text, text, text);
