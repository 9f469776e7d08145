-- Taking tickets in one trip, with one short lock on the draw. Lock order: the player, then the draw.
-- It has its owner's rights: the site's role may insert no ticket and set no statistics by any other way.
CREATE OR REPLACE FUNCTION take_tickets(
    p_player text, p_draw integer, p_count integer, p_request text,
    OUT numbers integer[], OUT spent integer, OUT balance integer, OUT replayed boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    d draws;
    u record;
    paid_with bigint;
    highest integer;
    taken_at timestamptz;
    today date;
    streak record;
    own record;
    nothing text;
    entry_key text := 'entry:' || p_player || ':' || p_draw || ':' || p_request;
BEGIN
    -- Early lock release: the locks go at commit, before the flush. `take_tickets_durably` flushes.
    -- (An assignment, here and below, because PERFORM would run a query.)
    nothing := set_config('synchronous_commit', 'off', true);
    -- Behind a lock that somebody holds for longer, a named refusal is better than a browser that waits.
    nothing := set_config('lock_timeout', '5s', true);
    SELECT * INTO d FROM draws WHERE id = p_draw;
    IF NOT FOUND OR d.published_at IS NULL THEN
        PERFORM refuse_entry('draw_not_found', 'There is no such draw.');
    END IF;
    IF NOT d.is_active OR d.current_participants >= d.max_participants OR clock_timestamp() >= d.draw_time THEN
        -- Refused without a lock, unless this very request was paid before.
        PERFORM 1 FROM transactions WHERE idempotency_key = entry_key;
        IF NOT FOUND THEN
            PERFORM refuse_entry_to(d, p_count);
        END IF;
    END IF;
    SELECT coins, is_vip, is_active AND suspended_at IS NULL AS may_play, is_staff OR is_superuser AS is_staff,
            time_zone, time_zone_changed_at, current_streak, last_ticket_on, grace_used_on,
            EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.user_id = users.id AND e.verified) AS confirmed,
            EXISTS (SELECT 1 FROM rules_acceptances a WHERE a.user_id = users.id) AS accepted
        INTO u FROM users WHERE id = p_player FOR NO KEY UPDATE;
    -- Read behind the lock, so that a break or a limit that was set a moment ago counts, and who has just joined the
    -- staff takes no ticket. Of the staff is who is so by their account, a group, or a permission of their own.
    SELECT (SELECT t.id FROM transactions t WHERE t.idempotency_key = entry_key) AS paid_with, count(*) AS held,
            u.is_staff OR EXISTS (SELECT FROM users_groups g WHERE g.user_id = p_player)
                OR EXISTS (SELECT FROM users_user_permissions s WHERE s.user_id = p_player) AS is_staff,
            (SELECT max(coalesce(b.ends_at, 'infinity')) FROM play_breaks b
                WHERE b.user_id = p_player AND b.starts_at <= clock_timestamp()) AS rests_until,
            EXISTS (SELECT FROM spend_limits l WHERE l.user_id = p_player) AS limited,
            -- By its key: where tables may not be read whole, a plan that does so is dear enough to be compiled (JIT).
            EXISTS (SELECT FROM log_watch w
                    WHERE w.id = 1 AND w.behind_since IS NULL AND w.confirmed_for = log_incarnation()) AS whole
        INTO own FROM participations p WHERE p.user_id = p_player AND p.draw_id = p_draw;
    IF own.paid_with IS NOT NULL THEN
        SELECT array_agg(p.ticket_number ORDER BY p.ticket_number) INTO numbers FROM participations p
            WHERE p.user_id = p_player AND p.draw_id = p_draw AND p.transaction_id = own.paid_with;
        IF cardinality(numbers) <> p_count THEN
            PERFORM refuse_entry('request_conflict', 'This request was sent before for another number of tickets.');
        END IF;
        spent := (SELECT -t.amount FROM transactions t WHERE t.id = own.paid_with);
        balance := u.coins;
        replayed := true;
        RETURN;
    END IF;
    IF NOT own.whole THEN
        PERFORM refuse_entry('log_behind', 'The log was not compared with the heads kept outside the database.');
    END IF;
    IF u.may_play IS NOT TRUE THEN
        PERFORM refuse_entry('suspended', 'This account may not take tickets.');
    END IF;
    IF own.is_staff THEN
        PERFORM refuse_entry('staff', 'Staff take no tickets.');
    END IF;
    IF own.rests_until > clock_timestamp() THEN
        PERFORM refuse_entry('on_break', 'The player takes a break.',
            jsonb_build_object('ends_at', CASE WHEN isfinite(own.rests_until)
                                               THEN ceil(extract(epoch FROM own.rests_until))::bigint END));
    END IF;
    IF NOT u.confirmed THEN
        PERFORM refuse_entry('email_not_confirmed', 'The email address is not confirmed.');
    END IF;
    IF NOT u.accepted THEN
        PERFORM refuse_entry('rules_not_accepted', 'The rules are not accepted.');
    END IF;
    IF NOT u.is_vip AND (d.vip_only OR clock_timestamp() < d.early_access_until) THEN
        PERFORM refuse_entry('vip_only', 'Only VIP players may enter.');
    END IF;
    IF own.held + p_count > d.max_per_player THEN
        PERFORM refuse_entry('ticket_limit', 'Ticket limit reached.',
            jsonb_build_object('held', own.held, 'limit', d.max_per_player));
    END IF;
    IF u.coins < p_count::bigint * d.entry_fee THEN
        PERFORM refuse_entry('not_enough_coins', 'Not enough coins.',
            jsonb_build_object('balance', u.coins, 'cost', p_count::bigint * d.entry_fee));
    END IF;
    IF own.limited THEN
        SELECT * INTO own FROM spend_limit_passed(p_player, p_count::bigint * d.entry_fee);
        IF FOUND THEN
            PERFORM refuse_entry('spend_limit', 'The player''s own limit.',
                jsonb_build_object('period', own.period, 'limit', own.coins, 'spent', own.spent));
        END IF;
    END IF;

    nothing := set_config('lucky11.service', 'take_tickets', true);
    INSERT INTO transactions (user_id, type, amount, description, idempotency_key, reference)
        VALUES (p_player, 'entry', -p_count * d.entry_fee,
                p_count || CASE p_count WHEN 1 THEN ' ticket: ' ELSE ' tickets: ' END || d.title,
                entry_key, 'draw:' || p_draw)
        RETURNING id INTO paid_with;
    today := playing_day(p_player, u.time_zone, u.time_zone_changed_at, u.last_ticket_on);
    streak := next_streak(u.current_streak, u.last_ticket_on, u.grace_used_on, today);
    UPDATE users SET total_participations = total_participations + p_count, current_streak = streak.new_streak,
            grace_used_on = streak.new_grace, last_ticket_on = greatest(last_ticket_on, today)
        WHERE id = p_player;
    UPDATE draws SET current_participants = current_participants + p_count
        WHERE id = p_draw AND is_active AND clock_timestamp() < draw_time
          AND current_participants + p_count <= max_participants
        RETURNING current_participants, least(clock_timestamp(), draw_time - interval '1 microsecond')
        INTO highest, taken_at;
    IF NOT FOUND THEN
        SELECT * INTO d FROM draws WHERE id = p_draw;
        PERFORM refuse_entry_to(d, p_count);
        PERFORM refuse_entry('draw_closed', 'This draw has closed.');
    END IF;
    nothing := set_config('lucky11.service', '', true);
    -- A loop, because a query would cost more than the few numbers of an entry do.
    numbers := '{}';
    FOR n IN highest - p_count + 1 .. highest LOOP
        numbers := numbers || n;
    END LOOP;
    INSERT INTO participations (user_id, draw_id, ticket_number, transaction_id, taken_on, participated_at)
        SELECT p_player, p_draw, n, paid_with, today, taken_at FROM unnest(numbers) AS n;
    -- Their confirmation is written from here by a sweep, which deletes the row: exactly once, off this path.
    INSERT INTO entries_to_tell (transaction_id) VALUES (paid_with);
    spent := p_count * d.entry_fee;
    balance := u.coins - spent;
    replayed := false;
END $$;

-- undo

DROP FUNCTION take_tickets(text, integer, integer, text);
