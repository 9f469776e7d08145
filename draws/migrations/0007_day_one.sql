-- Day one: who may take tickets (breaks, limits, rules accepted, no staff who run the draws), what is told about
-- them, and what happens to a prize after the draw.

-- Whether a staff member may publish draws or adjust coins: then they take no tickets.
CREATE FUNCTION runs_draws_or_coins(p_staff text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT u.is_superuser OR EXISTS (
        SELECT 1 FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
        WHERE (c.app_label, p.codename) IN (('draws', 'publish_draw'), ('ledger', 'add_transaction'))
          AND (EXISTS (SELECT 1 FROM users_user_permissions x WHERE x.user_id = u.id AND x.permission_id = p.id)
               OR EXISTS (SELECT 1 FROM users_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
                          WHERE m.user_id = u.id AND g.permission_id = p.id)))
    FROM users u WHERE u.id = p_staff
$$;

CREATE OR REPLACE FUNCTION take_tickets(
    p_player text, p_draw integer, p_count integer, p_request text,
    OUT numbers integer[], OUT spent integer, OUT balance integer, OUT replayed boolean
) LANGUAGE plpgsql AS $$
DECLARE
    d draws;
    u record;
    paid record;
    highest integer;
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
        PERFORM tickets_refuse('L11NF', 'There is no such draw.');
    END IF;
    IF NOT d.is_active OR d.current_participants >= d.max_participants OR clock_timestamp() >= d.draw_time THEN
        -- Refused without a lock, unless this very request was paid before.
        PERFORM 1 FROM transactions WHERE idempotency_key = entry_key;
        IF NOT FOUND THEN
            PERFORM tickets_refuse_for(d, p_count);
        END IF;
    END IF;
    SELECT coins, is_vip, is_active AND suspended_at IS NULL AS may_play, is_staff OR is_superuser AS is_staff,
            time_zone, current_streak, last_ticket_on, grace_used_on,
            EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.user_id = users.id AND e.verified) AS confirmed,
            EXISTS (SELECT 1 FROM rules_acceptances a WHERE a.user_id = users.id) AS accepted
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
    IF u.may_play IS NOT TRUE THEN
        PERFORM tickets_refuse('L11SU', 'This account may not take tickets.');
    END IF;
    IF u.is_staff AND runs_draws_or_coins(p_player) THEN
        PERFORM tickets_refuse('L11ST', 'Staff who publish draws or adjust coins take no tickets.');
    END IF;
    -- Read behind the lock, so that a break or a limit that was set a moment ago counts.
    SELECT count(*) AS held,
            (SELECT max(coalesce(b.ends_at, 'infinity')) FROM play_breaks b
                WHERE b.user_id = p_player AND b.starts_at <= clock_timestamp()) AS rests_until,
            EXISTS (SELECT FROM spend_limits l WHERE l.user_id = p_player) AS limited
        INTO own FROM participations p WHERE p.user_id = p_player AND p.draw_id = p_draw;
    IF own.rests_until > clock_timestamp() THEN
        PERFORM tickets_refuse('L11BR', 'The player takes a break.',
            CASE WHEN isfinite(own.rests_until) THEN ceil(extract(epoch FROM own.rests_until))::bigint ELSE 0 END::text);
    END IF;
    IF NOT u.confirmed THEN
        PERFORM tickets_refuse('L11EM', 'The e-mail address is not confirmed.');
    END IF;
    IF NOT u.accepted THEN
        PERFORM tickets_refuse('L11RU', 'The rules are not accepted.');
    END IF;
    IF NOT u.is_vip AND (d.vip_only OR clock_timestamp() < d.early_access_until) THEN
        PERFORM tickets_refuse('L11VI', 'Only VIP players may enter.');
    END IF;
    IF own.held + p_count > d.max_per_player THEN
        PERFORM tickets_refuse('L11LI', 'Ticket limit reached.', own.held || ' ' || d.max_per_player);
    END IF;
    IF u.coins < p_count::bigint * d.entry_fee THEN
        PERFORM tickets_refuse('L11CO', 'Not enough coins.', u.coins || ' ' || p_count::bigint * d.entry_fee);
    END IF;
    IF own.limited THEN
        SELECT * INTO own FROM spend_limit_passed(p_player, p_count::bigint * d.entry_fee);
        IF FOUND THEN
            PERFORM tickets_refuse('L11LM', 'The player''s own limit.', concat_ws(' ',
                array_position(ARRAY['day', 'week', 'month'], own.period), own.coins, own.spent));
        END IF;
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
    -- Their confirmation is written from here by a sweep, which deletes the row: exactly once, off this path.
    INSERT INTO entries_to_tell (transaction_id) VALUES (paid.id);
    spent := p_count * d.entry_fee;
    balance := u.coins - spent;
    replayed := false;
END $$;

-- The first prize's winner changes when the prize is passed on, and only then.
DROP TRIGGER guard_history ON draws;
CREATE TRIGGER guard_history BEFORE UPDATE OF frozen_at, drawn_at, winner_id, cancelled_at, void_code, void_reason,
        settled_at ON draws FOR EACH ROW
    WHEN ((OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS DISTINCT FROM OLD.frozen_at)
          OR (OLD.drawn_at IS NOT NULL AND NEW.drawn_at IS DISTINCT FROM OLD.drawn_at)
          OR (OLD.drawn_at IS NOT NULL AND NEW.winner_id IS DISTINCT FROM OLD.winner_id
              AND coalesce(current_setting('lucky11.service', true), '') <> 'pass_on_prize')
          OR (OLD.cancelled_at IS NOT NULL AND (NEW.cancelled_at, NEW.void_code, NEW.void_reason)
              IS DISTINCT FROM (OLD.cancelled_at, OLD.void_code, OLD.void_reason))
          OR (OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at))
    EXECUTE FUNCTION draws_refuse_state();

CREATE FUNCTION winners_refuse_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A prize is to claim, claimed, sent, or lapsed, in that order.' USING ERRCODE = 'L11GW';
END $$;
CREATE TRIGGER guard_hand_over BEFORE UPDATE OF hand_over ON winners FOR EACH ROW
    WHEN (OLD.hand_over <> NEW.hand_over
          AND (OLD.hand_over, NEW.hand_over) NOT IN (('to_claim', 'claimed'), ('claimed', 'sent'),
                                                     ('to_claim', 'lapsed'), ('claimed', 'lapsed')))
    EXECUTE FUNCTION winners_refuse_step();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON redraws FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON redraws FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON claims FOR EACH ROW
    WHEN (NEW.winner_id <> OLD.winner_id OR NEW.claimed_at <> OLD.claimed_at
          OR (OLD.sent_at IS NOT NULL AND (NEW.sent_at, NEW.sent_by_id) IS DISTINCT FROM (OLD.sent_at, OLD.sent_by_id)))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON claims FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON claims FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Draws that ended before messages on the site existed are told.
UPDATE draws SET told_at = settled_at WHERE settled_at IS NOT NULL;

-- undo

DROP TRIGGER never_emptied ON claims;
DROP TRIGGER never_removed ON claims;
DROP TRIGGER never_changed ON claims;
DROP TRIGGER never_emptied ON redraws;
DROP TRIGGER never_changed ON redraws;
DROP TRIGGER guard_hand_over ON winners;
DROP FUNCTION winners_refuse_step();
DROP TRIGGER guard_history ON draws;
CREATE TRIGGER guard_history BEFORE UPDATE OF frozen_at, drawn_at, winner_id, cancelled_at, void_code, void_reason,
        settled_at ON draws FOR EACH ROW
    WHEN ((OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS DISTINCT FROM OLD.frozen_at)
          OR (OLD.drawn_at IS NOT NULL AND (NEW.drawn_at, NEW.winner_id) IS DISTINCT FROM (OLD.drawn_at, OLD.winner_id))
          OR (OLD.cancelled_at IS NOT NULL AND (NEW.cancelled_at, NEW.void_code, NEW.void_reason)
              IS DISTINCT FROM (OLD.cancelled_at, OLD.void_code, OLD.void_reason))
          OR (OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at))
    EXECUTE FUNCTION draws_refuse_state();
CREATE OR REPLACE FUNCTION take_tickets(
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
DROP FUNCTION runs_draws_or_coins(text);
