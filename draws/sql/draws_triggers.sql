-- A draw moves only through the services, and what was published never changes.
-- `lucky11.service` names the service at work, for the length of its database transaction: it keeps a stale
-- save, the admin or psql from moving a counter or a state by mistake.

CREATE OR REPLACE TRIGGER guard_insert BEFORE INSERT ON draws FOR EACH ROW
    WHEN (NEW.is_active OR NEW.current_participants <> 0 OR NEW.winner_id IS NOT NULL
          OR NEW.published_at IS NOT NULL OR NEW.void_code IS NOT NULL)
    EXECUTE FUNCTION refuse_change(
        'A new draw is a draft: not active, no tickets, no winner. Publish it to open it.', 'L11GD');
-- The guards name their columns, so that a ticket, which moves the count alone, does not pay for the others.
CREATE OR REPLACE TRIGGER guard_terms BEFORE UPDATE OF title, prize_amount, prize_coins, entry_fee,
        max_participants,
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
    EXECUTE FUNCTION refuse_change(
        'Draw % is published: its title, price, prize, limits and closing time never change.', 'L11GD', 'id');
-- Tickets only grow in number, and only by a service (`repair` may recount).
CREATE OR REPLACE TRIGGER guard_count BEFORE UPDATE OF current_participants ON draws FOR EACH ROW
    WHEN (NEW.current_participants <> OLD.current_participants
          AND CASE coalesce(current_setting('lucky11.service', true), '')
                  WHEN '' THEN true
                  WHEN 'repair' THEN false
                  ELSE NEW.current_participants < OLD.current_participants END)
    EXECUTE FUNCTION refuse_change(
        'Tickets, winner and state of draw % move only through the services.', 'L11GD', 'id');
-- What has happened stays so, even for a service: only NULL becomes a time.
CREATE OR REPLACE TRIGGER guard_history BEFORE UPDATE OF frozen_at, drawn_at, winner_id, cancelled_at,
        void_code, void_reason, settled_at ON draws FOR EACH ROW
    WHEN ((OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS DISTINCT FROM OLD.frozen_at)
          OR (OLD.drawn_at IS NOT NULL AND NEW.drawn_at IS DISTINCT FROM OLD.drawn_at)
          OR (OLD.drawn_at IS NOT NULL AND NEW.winner_id IS DISTINCT FROM OLD.winner_id
              AND coalesce(current_setting('lucky11.service', true), '') <> 'pass_on_prize')
          OR (OLD.cancelled_at IS NOT NULL AND (NEW.cancelled_at, NEW.void_code, NEW.void_reason)
              IS DISTINCT FROM (OLD.cancelled_at, OLD.void_code, OLD.void_reason))
          OR (OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at))
    EXECUTE FUNCTION refuse_change(
        'Tickets, winner and state of draw % move only through the services.', 'L11GD', 'id');
CREATE OR REPLACE TRIGGER guard_state BEFORE UPDATE OF is_active, winner_id, published_at,
        frozen_at, drawn_at, cancelled_at, void_code, void_reason, settled_at ON draws FOR EACH ROW
    WHEN ((OLD.is_active, OLD.winner_id, OLD.published_at, OLD.frozen_at, OLD.drawn_at, OLD.cancelled_at,
           OLD.void_code, OLD.void_reason, OLD.settled_at)
          IS DISTINCT FROM
          (NEW.is_active, NEW.winner_id, NEW.published_at, NEW.frozen_at, NEW.drawn_at, NEW.cancelled_at,
           NEW.void_code, NEW.void_reason, NEW.settled_at)
          AND coalesce(current_setting('lucky11.service', true), '') = '')
    EXECUTE FUNCTION refuse_change(
        'Tickets, winner and state of draw % move only through the services.', 'L11GD', 'id');
CREATE OR REPLACE TRIGGER guard_removal BEFORE DELETE ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change('A published draw is never removed. Cancel it instead.', 'L11GD');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON draws
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION pictures_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draw_text_changes c
    WHERE c.draw_id = OLD.id AND c.field = 'prize_image_url' AND c.old = OLD.prize_image_url AND c.new = '';
    IF FOUND AND NEW.prize_image_url = '' AND NEW.illustration = OLD.illustration THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published draw keeps its picture: players entered for what they saw.' USING ERRCODE = 'L11GD';
END $$;

-- It names its columns, so that a ticket does not pay for it.
CREATE OR REPLACE TRIGGER guard_picture BEFORE UPDATE OF prize_image_url, illustration ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL AND (OLD.prize_image_url <> '' OR OLD.illustration <> '')
          AND (OLD.prize_image_url, OLD.illustration) IS DISTINCT FROM (NEW.prize_image_url, NEW.illustration))
    EXECUTE FUNCTION pictures_refuse();

CREATE OR REPLACE FUNCTION pictures_stay_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM draw_text_changes c WHERE c.draw_id = OLD.id AND c.field = 'prize_image_url';
    IF FOUND THEN
        RAISE EXCEPTION 'A draw whose photo was taken down gets no other one.' USING ERRCODE = 'L11GD';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_taken_down BEFORE UPDATE OF prize_image_url, illustration ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL AND OLD.prize_image_url = '' AND OLD.illustration = ''
          AND (OLD.prize_image_url, OLD.illustration) IS DISTINCT FROM (NEW.prize_image_url, NEW.illustration))
    EXECUTE FUNCTION pictures_stay_down();

-- undo

DROP TRIGGER guard_taken_down ON draws;
DROP FUNCTION pictures_stay_down();
DROP TRIGGER guard_picture ON draws;
DROP FUNCTION pictures_refuse();
DROP TRIGGER never_emptied ON draws;
DROP TRIGGER guard_removal ON draws;
DROP TRIGGER guard_state ON draws;
DROP TRIGGER guard_history ON draws;
DROP TRIGGER guard_count ON draws;
DROP TRIGGER guard_terms ON draws;
DROP TRIGGER guard_insert ON draws;
