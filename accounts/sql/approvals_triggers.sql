-- What staff decided stands: no caller takes it back.

-- Deleting an account takes its player's email and names out of the words, and touches nothing else.
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON approvals FOR EACH ROW
    WHEN ((OLD.state <> 'waiting' OR (OLD.kind, OLD.subject, OLD.summary, OLD.payload, OLD.reason, OLD.asked_by_id,
           OLD.asked_at) IS DISTINCT FROM (NEW.kind, NEW.subject, NEW.summary, NEW.payload, NEW.reason,
           NEW.asked_by_id, NEW.asked_at))
          AND (coalesce(current_setting('lucky11.service', true), '') <> 'delete_account'
               OR (OLD.kind, OLD.subject, OLD.asked_by_id, OLD.asked_at, OLD.state, OLD.decided_by_id, OLD.decided_at)
                  IS DISTINCT FROM (NEW.kind, NEW.subject, NEW.asked_by_id, NEW.asked_at, NEW.state,
                                    NEW.decided_by_id, NEW.decided_at)))
    EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON approvals
    FOR EACH ROW EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON approvals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');

-- undo

DROP TRIGGER never_emptied ON approvals;
DROP TRIGGER never_removed ON approvals;
DROP TRIGGER never_changed ON approvals;
