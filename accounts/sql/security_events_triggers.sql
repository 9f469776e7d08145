-- The security log only grows. The sweep alone removes from it, and nothing of the last 30 days.

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON security_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER kept_for_a_time BEFORE DELETE ON security_events FOR EACH ROW
    WHEN (OLD.at > now() - interval '30 days'
          OR coalesce(current_setting('lucky11.service', true), '') <> 'purge')
    EXECUTE FUNCTION refuse_change('Rows of % are kept for a time, and only the sweep removes them.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON security_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');

-- undo

DROP TRIGGER never_emptied ON security_events;
DROP TRIGGER kept_for_a_time ON security_events;
DROP TRIGGER never_changed ON security_events;
