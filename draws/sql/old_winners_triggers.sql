-- What the old site left behind comes in by the import alone, and then stays as it came.

CREATE OR REPLACE TRIGGER guard_insert BEFORE INSERT ON old_winners FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import')
    EXECUTE FUNCTION refuse_change('Rows of % are the old site''s: only the import adds them.');
-- Who deletes the account takes the film of their win along. Whose a win is changes when an account is linked.
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON old_winners FOR EACH ROW
    WHEN ((OLD.id, OLD.draw_id, OLD.prize_amount, OLD.won_at)
          IS DISTINCT FROM (NEW.id, NEW.draw_id, NEW.prize_amount, NEW.won_at)
          OR OLD.user_id <> NEW.user_id AND coalesce(current_setting('lucky11.service', true), '') <> 'import'
          OR NEW.celebration_video_url NOT IN ('', OLD.celebration_video_url)
          OR OLD.user_id = NEW.user_id AND NEW.celebration_video_url <> '')
    EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON old_winners FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON old_winners
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON old_winners;
DROP TRIGGER never_removed ON old_winners;
DROP TRIGGER never_changed ON old_winners;
DROP TRIGGER guard_insert ON old_winners;
