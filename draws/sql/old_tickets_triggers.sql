-- What the old site left behind comes in by the import alone, and then stays as it came.

CREATE OR REPLACE TRIGGER guard_insert BEFORE INSERT ON old_tickets FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import')
    EXECUTE FUNCTION refuse_change('Rows of % are the old site''s: only the import adds them.');
-- An account of the old site may be linked to another player, and nothing else of a ticket changes.
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON old_tickets FOR EACH ROW
    WHEN (coalesce(current_setting('lucky11.service', true), '') <> 'import'
          OR (OLD.id, OLD.draw_id, OLD.participated_at, OLD.taken_on)
             IS DISTINCT FROM (NEW.id, NEW.draw_id, NEW.participated_at, NEW.taken_on))
    EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON old_tickets FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON old_tickets
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON old_tickets;
DROP TRIGGER never_removed ON old_tickets;
DROP TRIGGER never_changed ON old_tickets;
DROP TRIGGER guard_insert ON old_tickets;
