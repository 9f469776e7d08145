-- What players said about how they play, and what staff decided, stands: no caller takes it back.

CREATE FUNCTION accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or removed.', TG_TABLE_NAME USING ERRCODE = 'L11AO';
END $$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON play_breaks
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON play_breaks
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
-- A remembered e-mail is forgotten only once its break has ended, and until then remembered longer, never shorter.
CREATE TRIGGER never_shortened BEFORE UPDATE ON excluded_addresses FOR EACH ROW
    WHEN (NEW.digest <> OLD.digest OR coalesce(NEW.ends_at, 'infinity') < coalesce(OLD.ends_at, 'infinity'))
    EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON excluded_addresses FOR EACH ROW
    WHEN (coalesce(OLD.ends_at, 'infinity') > clock_timestamp())
    EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON excluded_addresses
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON rules_acceptances
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON rules_acceptances
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
-- Deleting an account takes its player's e-mail and names out of the words, and touches nothing else.
CREATE TRIGGER never_changed BEFORE UPDATE ON approvals FOR EACH ROW
    WHEN ((OLD.state <> 'waiting' OR (OLD.kind, OLD.subject, OLD.summary, OLD.payload, OLD.reason, OLD.asked_by_id,
           OLD.asked_at) IS DISTINCT FROM (NEW.kind, NEW.subject, NEW.summary, NEW.payload, NEW.reason,
           NEW.asked_by_id, NEW.asked_at))
          AND (coalesce(current_setting('lucky11.service', true), '') <> 'delete_account'
               OR (OLD.kind, OLD.subject, OLD.asked_by_id, OLD.asked_at, OLD.state, OLD.decided_by_id, OLD.decided_at)
                  IS DISTINCT FROM (NEW.kind, NEW.subject, NEW.asked_by_id, NEW.asked_at, NEW.state,
                                    NEW.decided_by_id, NEW.decided_at)))
    EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON approvals FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON approvals
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();

-- A suspended player could not sign in; now they can, to read, to claim and to leave, but take no tickets.
UPDATE users SET suspended_at = clock_timestamp(), suspended_reason = 'Suspended before reasons were kept.',
    is_active = true WHERE NOT is_active;

-- undo

UPDATE users SET is_active = false WHERE suspended_at IS NOT NULL;
DROP TRIGGER never_emptied ON approvals;
DROP TRIGGER never_removed ON approvals;
DROP TRIGGER never_changed ON approvals;
DROP TRIGGER never_emptied ON rules_acceptances;
DROP TRIGGER never_changed ON rules_acceptances;
DROP TRIGGER never_emptied ON excluded_addresses;
DROP TRIGGER never_removed ON excluded_addresses;
DROP TRIGGER never_shortened ON excluded_addresses;
DROP TRIGGER never_emptied ON play_breaks;
DROP TRIGGER never_changed ON play_breaks;
DROP FUNCTION accounts_refuse_change();
