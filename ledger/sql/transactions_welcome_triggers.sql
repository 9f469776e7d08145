-- One mailbox, one welcome: whoever inserts a welcome bonus claims the player's mailboxes for it, or is refused. Of
-- two accounts of one mailbox that are welcomed at the same moment, the second waits for the first.

CREATE OR REPLACE FUNCTION ledger_check_welcome() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- What the import brings over happened on the old site. Its mailbox counts here, whatever it had there.
    IF NOT claim_welcome(NEW.user_id) AND NOT (NEW.reference LIKE 'old:%' AND EXISTS (SELECT FROM old_accounts)) THEN
        RAISE EXCEPTION 'Player % has no confirmed mailbox, or it had its welcome coins on another account. '
            'No coins were moved.', NEW.user_id USING ERRCODE = 'L11WM';
    END IF;
    IF EXISTS (SELECT FROM transactions t
               WHERE t.user_id = NEW.user_id AND t.type = 'signup_bonus' AND t.id <> NEW.id) THEN
        RAISE EXCEPTION 'Player % had their welcome coins before. No coins were moved.', NEW.user_id
            USING ERRCODE = 'L11WM';
    END IF;
    RETURN NULL;
END $$;

-- AFTER, so that a row that a conflict skips claims nothing.
CREATE OR REPLACE TRIGGER check_welcome AFTER INSERT ON transactions FOR EACH ROW
    WHEN (NEW.type = 'signup_bonus') EXECUTE FUNCTION ledger_check_welcome();

-- undo

DROP TRIGGER check_welcome ON transactions;
DROP FUNCTION ledger_check_welcome();
