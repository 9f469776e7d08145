-- One mailbox, one welcome: whoever inserts a welcome bonus claims the player's mailboxes for it, or is refused. Of
-- two accounts of one mailbox that are welcomed at the same moment, the second waits for the first.
CREATE OR REPLACE FUNCTION check_welcome(r transactions) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- What the import brings over happened on the old site. Its mailbox counts here, whatever it had there.
    IF NOT claim_welcome(r.user_id) AND NOT (r.reference LIKE 'old:%' AND EXISTS (SELECT FROM old_accounts)) THEN
        RAISE EXCEPTION 'Player % has no confirmed mailbox, or it had its welcome coins on another account. '
            'No coins were moved.', r.user_id USING ERRCODE = 'L11WM';
    END IF;
    IF EXISTS (SELECT FROM transactions t
               WHERE t.user_id = r.user_id AND t.type = 'signup_bonus' AND t.id <> r.id) THEN
        RAISE EXCEPTION 'Player % had their welcome coins before. No coins were moved.', r.user_id
            USING ERRCODE = 'L11WM';
    END IF;
END $$;

-- undo

DROP FUNCTION check_welcome(transactions);
