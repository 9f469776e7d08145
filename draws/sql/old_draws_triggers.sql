-- What the old site left behind comes in by the import alone, and then stays as it came.

CREATE OR REPLACE TRIGGER guard_insert BEFORE INSERT ON old_draws FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import')
    EXECUTE FUNCTION refuse_change('Rows of % are the old site''s: only the import adds them.');
-- The import counts a draw's tickets again after it has added some.
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON old_draws FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import'
          OR (OLD.id, OLD.title, OLD.description, OLD.prize_amount, OLD.entry_fee, OLD.draw_time, OLD.drawn)
             IS DISTINCT FROM
             (NEW.id, NEW.title, NEW.description, NEW.prize_amount, NEW.entry_fee, NEW.draw_time, NEW.drawn))
    EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON old_draws FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON old_draws
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON old_draws;
DROP TRIGGER never_removed ON old_draws;
DROP TRIGGER never_changed ON old_draws;
DROP TRIGGER guard_insert ON old_draws;
