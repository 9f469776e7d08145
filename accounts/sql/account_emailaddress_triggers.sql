-- A player who had their welcome, and confirms another mailbox, had it for that one too.

CREATE OR REPLACE FUNCTION account_emailaddress_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO welcomed_mailboxes (digest, user_id)
        SELECT mailbox_digest(NEW.email), NEW.user_id
        WHERE EXISTS (SELECT FROM welcomed_mailboxes w WHERE w.user_id = NEW.user_id)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER claim_mailbox AFTER INSERT OR UPDATE OF email, verified ON account_emailaddress
    FOR EACH ROW WHEN (NEW.verified) EXECUTE FUNCTION account_emailaddress_claim();

-- undo

DROP TRIGGER claim_mailbox ON account_emailaddress;
DROP FUNCTION account_emailaddress_claim();
