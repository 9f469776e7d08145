-- What staff did stays in their log: who, when, to what, and in which words.

-- Deleting an account puts "[deleted]" in the place of its player's names (accounts/privacy/redaction.py). All
-- other words stay, in their order.
CREATE OR REPLACE FUNCTION staff_log_redacted(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT before = after OR before LIKE
        replace(regexp_replace(after, '([\\%_])', '\\\1', 'g'), '[deleted]', '_%')
$$;

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON django_admin_log FOR EACH ROW
    WHEN ((OLD.id, OLD.action_time, OLD.user_id, OLD.content_type_id, OLD.object_id, OLD.action_flag)
          IS DISTINCT FROM
          (NEW.id, NEW.action_time, NEW.user_id, NEW.content_type_id, NEW.object_id, NEW.action_flag)
          OR NOT staff_log_redacted(OLD.object_repr, NEW.object_repr)
          OR NOT staff_log_redacted(OLD.change_message, NEW.change_message))
    EXECUTE FUNCTION refuse_change('What staff did stays in their log.');
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change('What staff did stays in their log.');
CREATE OR REPLACE TRIGGER guard_times BEFORE INSERT ON django_admin_log FOR EACH ROW
    WHEN (NOT happens_now(NEW.action_time)) EXECUTE FUNCTION refuse_other_time();

-- undo

DROP TRIGGER guard_times ON django_admin_log;
DROP TRIGGER never_removed ON django_admin_log;
DROP TRIGGER never_changed ON django_admin_log;
DROP FUNCTION staff_log_redacted(text, text);
