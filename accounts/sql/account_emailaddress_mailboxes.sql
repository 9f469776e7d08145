-- The index that finds the addresses of a mailbox. A migration has made it before, without stopping anybody.
CREATE INDEX IF NOT EXISTS idx_account_mailbox ON account_emailaddress (mailbox_of(email));

-- undo

DROP INDEX idx_account_mailbox;
