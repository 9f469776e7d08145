-- What the old site left behind comes in by the import alone, and then stays as it came.

CREATE FUNCTION old_site_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are the old site''s: only the import adds them.', TG_TABLE_NAME USING ERRCODE = 'L11AO';
END $$;

CREATE TRIGGER guard_insert BEFORE INSERT ON old_draws FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import') EXECUTE FUNCTION old_site_refuse();
CREATE TRIGGER guard_insert BEFORE INSERT ON old_tickets FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import') EXECUTE FUNCTION old_site_refuse();
CREATE TRIGGER guard_insert BEFORE INSERT ON old_winners FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import') EXECUTE FUNCTION old_site_refuse();
-- The import counts a draw's tickets again after it has added some.
CREATE TRIGGER never_changed BEFORE UPDATE ON old_draws FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import'
          OR (OLD.id, OLD.title, OLD.description, OLD.prize_amount, OLD.entry_fee, OLD.draw_time, OLD.drawn)
             IS DISTINCT FROM
             (NEW.id, NEW.title, NEW.description, NEW.prize_amount, NEW.entry_fee, NEW.draw_time, NEW.drawn))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON old_tickets FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- Who deletes the account takes the film of their win along.
CREATE TRIGGER never_changed BEFORE UPDATE ON old_winners FOR EACH ROW
    WHEN ((OLD.id, OLD.draw_id, OLD.user_id, OLD.prize_amount, OLD.won_at)
          IS DISTINCT FROM (NEW.id, NEW.draw_id, NEW.user_id, NEW.prize_amount, NEW.won_at)
          OR NEW.celebration_video_url <> '')
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON old_draws FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON old_tickets FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON old_winners FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON old_draws FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON old_tickets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON old_winners FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON old_winners;
DROP TRIGGER never_emptied ON old_tickets;
DROP TRIGGER never_emptied ON old_draws;
DROP TRIGGER never_removed ON old_winners;
DROP TRIGGER never_removed ON old_tickets;
DROP TRIGGER never_removed ON old_draws;
DROP TRIGGER never_changed ON old_winners;
DROP TRIGGER never_changed ON old_tickets;
DROP TRIGGER never_changed ON old_draws;
DROP TRIGGER guard_insert ON old_winners;
DROP TRIGGER guard_insert ON old_tickets;
DROP TRIGGER guard_insert ON old_draws;
DROP FUNCTION old_site_refuse();
