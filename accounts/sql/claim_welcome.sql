-- Records that the player's mailboxes have their welcome on this account, and answers whether they may. An account
-- that came over from the old site may claim before its email is confirmed: it had its welcome there.
CREATE OR REPLACE FUNCTION claim_welcome(p_user text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    -- In one order, so that two accounts that share two mailboxes wait for each other one way only.
    INSERT INTO welcomed_mailboxes (digest, user_id)
        SELECT DISTINCT mailbox_digest(e.email), p_user FROM account_emailaddress e
        WHERE e.user_id = p_user
          AND (e.verified OR EXISTS (SELECT FROM old_accounts o WHERE o.user_id = p_user))
        ORDER BY 1
        ON CONFLICT DO NOTHING;
    -- A new statement: it sees what the other account committed meanwhile.
    RETURN mailbox_welcomed(p_user);
END $$;

-- undo

DROP FUNCTION claim_welcome(text);
