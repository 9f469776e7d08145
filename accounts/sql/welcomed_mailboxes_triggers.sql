-- A mailbox that had its welcome had it: only the mailboxes of a deleted account are forgotten here, once
-- `left_addresses` remembers them by their keyed fingerprints.

CREATE OR REPLACE FUNCTION welcomed_mailboxes_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM users WHERE id = OLD.user_id AND closed_at IS NULL) THEN
        RAISE EXCEPTION 'The mailbox of an open account is not forgotten.' USING ERRCODE = 'L11AO';
    END IF;
    RETURN OLD;
END $$;

CREATE OR REPLACE TRIGGER kept BEFORE DELETE ON welcomed_mailboxes
    FOR EACH ROW EXECUTE FUNCTION welcomed_mailboxes_keep();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON welcomed_mailboxes
    FOR EACH ROW EXECUTE FUNCTION refuse_change('Rows of % are never changed.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON welcomed_mailboxes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed.');

-- undo

DROP TRIGGER never_emptied ON welcomed_mailboxes;
DROP TRIGGER never_changed ON welcomed_mailboxes;
DROP TRIGGER kept ON welcomed_mailboxes;
DROP FUNCTION welcomed_mailboxes_keep();
