-- The rules of draws and tickets that no caller can skip.
-- `lucky11.service` names the service at work, for the length of its database transaction: it keeps a stale
-- save, the admin or psql from moving a counter or a state by mistake.

ALTER TABLE draws SET (fillfactor = 50);
ALTER TABLE draws ADD CONSTRAINT draws_whole_seconds CHECK (extract(epoch FROM draw_time) % 1 = 0);

CREATE FUNCTION draws_refuse_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A new draw is a draft: not active, no tickets, no winner. Publish it to open it.'
        USING ERRCODE = 'L11GD';
END $$;

CREATE FUNCTION draws_refuse_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Draw % is published: its title, price, prize, limits and closing time never change.', OLD.id
        USING ERRCODE = 'L11GD';
END $$;

CREATE FUNCTION draws_refuse_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Tickets, winner and state of draw % move only through the services.', OLD.id
        USING ERRCODE = 'L11GD';
END $$;

CREATE FUNCTION draws_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published draw is never removed. Cancel it instead.' USING ERRCODE = 'L11GD';
END $$;

CREATE TRIGGER guard_insert BEFORE INSERT ON draws FOR EACH ROW
    WHEN (NEW.is_active OR NEW.current_participants <> 0 OR NEW.winner_id IS NOT NULL
          OR NEW.published_at IS NOT NULL OR NEW.void_code IS NOT NULL)
    EXECUTE FUNCTION draws_refuse_insert();
-- The guards name their columns, so that a ticket, which moves the count alone, does not pay for the others.
CREATE TRIGGER guard_terms BEFORE UPDATE OF title, prize_amount, prize_coins, entry_fee, max_participants,
        max_per_player, min_participants, draw_time, winner_count, reserve_count, prize_policy, fairness_mode,
        vip_only, early_access_until, published_at ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL AND
          (OLD.title, OLD.prize_amount, OLD.prize_coins, OLD.entry_fee, OLD.max_participants, OLD.max_per_player,
           OLD.min_participants, OLD.draw_time, OLD.winner_count, OLD.reserve_count, OLD.prize_policy,
           OLD.fairness_mode, OLD.vip_only, OLD.early_access_until, OLD.published_at)
          IS DISTINCT FROM
          (NEW.title, NEW.prize_amount, NEW.prize_coins, NEW.entry_fee, NEW.max_participants, NEW.max_per_player,
           NEW.min_participants, NEW.draw_time, NEW.winner_count, NEW.reserve_count, NEW.prize_policy,
           NEW.fairness_mode, NEW.vip_only, NEW.early_access_until, NEW.published_at))
    EXECUTE FUNCTION draws_refuse_terms();
-- Tickets only grow in number, and only by a service (`repair` may recount).
CREATE TRIGGER guard_count BEFORE UPDATE OF current_participants ON draws FOR EACH ROW
    WHEN (NEW.current_participants <> OLD.current_participants
          AND CASE coalesce(current_setting('lucky11.service', true), '')
                  WHEN '' THEN true
                  WHEN 'repair' THEN false
                  ELSE NEW.current_participants < OLD.current_participants END)
    EXECUTE FUNCTION draws_refuse_state();
-- What has happened stays so, even for a service: only NULL becomes a time.
CREATE TRIGGER guard_history BEFORE UPDATE OF frozen_at, drawn_at, winner_id, cancelled_at, void_code, void_reason,
        settled_at ON draws FOR EACH ROW
    WHEN ((OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS DISTINCT FROM OLD.frozen_at)
          OR (OLD.drawn_at IS NOT NULL AND (NEW.drawn_at, NEW.winner_id) IS DISTINCT FROM (OLD.drawn_at, OLD.winner_id))
          OR (OLD.cancelled_at IS NOT NULL AND (NEW.cancelled_at, NEW.void_code, NEW.void_reason)
              IS DISTINCT FROM (OLD.cancelled_at, OLD.void_code, OLD.void_reason))
          OR (OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at))
    EXECUTE FUNCTION draws_refuse_state();
CREATE TRIGGER guard_state BEFORE UPDATE OF is_active, winner_id, published_at, frozen_at, drawn_at, cancelled_at,
        void_code, void_reason, settled_at ON draws FOR EACH ROW
    WHEN ((OLD.is_active, OLD.winner_id, OLD.published_at, OLD.frozen_at, OLD.drawn_at, OLD.cancelled_at,
           OLD.void_code, OLD.void_reason, OLD.settled_at)
          IS DISTINCT FROM
          (NEW.is_active, NEW.winner_id, NEW.published_at, NEW.frozen_at, NEW.drawn_at, NEW.cancelled_at,
           NEW.void_code, NEW.void_reason, NEW.settled_at)
          AND coalesce(current_setting('lucky11.service', true), '') = '')
    EXECUTE FUNCTION draws_refuse_state();
CREATE TRIGGER guard_removal BEFORE DELETE ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION draws_refuse_removal();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON draws FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Tickets: whoever inserts them, they are paid, numbered next in line, and of an open draw.
CREATE FUNCTION tickets_check() RETURNS trigger LANGUAGE plpgsql
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

CREATE FUNCTION tickets_refuse_unpaid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A ticket is numbered from 1 and paid with an entry transaction. No ticket was taken.'
        USING ERRCODE = 'L11GT';
END $$;

CREATE TRIGGER a_paid BEFORE INSERT ON participations FOR EACH ROW
    WHEN (NEW.transaction_id IS NULL OR NEW.ticket_number < 1) EXECUTE FUNCTION tickets_refuse_unpaid();
CREATE TRIGGER check_tickets AFTER INSERT ON participations REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tickets_check();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON participations
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON participations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Winners: the holder of a ticket of a frozen draw; what was won, by whom, never changes.
CREATE FUNCTION winners_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM participations p JOIN draws d ON d.id = p.draw_id
    WHERE p.id = NEW.ticket_id AND p.user_id = NEW.user_id AND p.draw_id = NEW.draw_id AND d.frozen_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A winner holds the winning ticket of a closed draw.' USING ERRCODE = 'L11GW';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION winners_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Who won what with which ticket never changes.' USING ERRCODE = 'L11GW';
END $$;

CREATE TRIGGER check_winner BEFORE INSERT ON winners FOR EACH ROW EXECUTE FUNCTION winners_check();
CREATE TRIGGER guard_winner BEFORE UPDATE ON winners FOR EACH ROW
    WHEN ((OLD.user_id, OLD.draw_id, OLD.ticket_id, OLD.place, OLD.prize_amount, OLD.prize_coins, OLD.won_at)
          IS DISTINCT FROM
          (NEW.user_id, NEW.draw_id, NEW.ticket_id, NEW.place, NEW.prize_amount, NEW.prize_coins, NEW.won_at)
          OR (OLD.transaction_id IS NOT NULL AND NEW.transaction_id IS DISTINCT FROM OLD.transaction_id)
          OR (OLD.forfeited_at IS NOT NULL AND NEW.forfeited_at IS DISTINCT FROM OLD.forfeited_at))
    EXECUTE FUNCTION winners_refuse();
CREATE TRIGGER never_removed BEFORE DELETE ON winners FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON winners FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Seals are written once, column by column; lists and log never change.
CREATE TRIGGER never_changed BEFORE UPDATE ON draw_seals FOR EACH ROW
    WHEN ((OLD.draw_id, OLD.seq, OLD.draw_uid, OLD.server_seed, OLD.entry_secret, OLD.closes_at, OLD.freeze_by,
           OLD.terms, OLD.seed_commit, OLD.open_hash)
          IS DISTINCT FROM
          (NEW.draw_id, NEW.seq, NEW.draw_uid, NEW.server_seed, NEW.entry_secret, NEW.closes_at, NEW.freeze_by,
           NEW.terms, NEW.seed_commit, NEW.open_hash)
          OR (OLD.freeze_hash IS NOT NULL AND
              (OLD.root, OLD.total, OLD.freeze_hash) IS DISTINCT FROM (NEW.root, NEW.total, NEW.freeze_hash))
          OR (OLD.result_hash IS NOT NULL AND
              (OLD.places, OLD.result_hash) IS DISTINCT FROM (NEW.places, NEW.result_hash))
          OR (OLD.void_hash IS NOT NULL AND OLD.void_hash IS DISTINCT FROM NEW.void_hash))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON draw_seals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON draw_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON frozen_lists
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON frozen_lists
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON fairness_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON fairness_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON draw_text_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON draw_text_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON draw_text_changes;
DROP TRIGGER never_changed ON draw_text_changes;
DROP TRIGGER never_emptied ON fairness_log;
DROP TRIGGER never_changed ON fairness_log;
DROP TRIGGER never_emptied ON frozen_lists;
DROP TRIGGER never_changed ON frozen_lists;
DROP TRIGGER never_emptied ON draw_seals;
DROP TRIGGER never_removed ON draw_seals;
DROP TRIGGER never_changed ON draw_seals;
DROP TRIGGER never_emptied ON winners;
DROP TRIGGER never_removed ON winners;
DROP TRIGGER guard_winner ON winners;
DROP TRIGGER check_winner ON winners;
DROP FUNCTION winners_refuse();
DROP FUNCTION winners_check();
DROP TRIGGER never_emptied ON participations;
DROP TRIGGER never_changed ON participations;
DROP TRIGGER check_tickets ON participations;
DROP TRIGGER a_paid ON participations;
DROP FUNCTION tickets_refuse_unpaid();
DROP FUNCTION tickets_check();
DROP TRIGGER never_emptied ON draws;
DROP TRIGGER guard_removal ON draws;
DROP TRIGGER guard_state ON draws;
DROP TRIGGER guard_history ON draws;
DROP TRIGGER guard_count ON draws;
DROP TRIGGER guard_terms ON draws;
DROP TRIGGER guard_insert ON draws;
DROP FUNCTION draws_refuse_removal();
DROP FUNCTION draws_refuse_state();
DROP FUNCTION draws_refuse_terms();
DROP FUNCTION draws_refuse_insert();
ALTER TABLE draws DROP CONSTRAINT draws_whole_seconds;
ALTER TABLE draws RESET (fillfactor);
