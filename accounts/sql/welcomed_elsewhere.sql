-- Whether a confirmed mailbox of the player had its welcome on another account.
CREATE OR REPLACE FUNCTION welcomed_elsewhere(p_user text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM account_emailaddress e
                   JOIN welcomed_mailboxes w ON w.digest = mailbox_digest(e.email)
                   WHERE e.user_id = p_user AND e.verified AND w.user_id <> p_user)
$$;

-- undo

DROP FUNCTION welcomed_elsewhere(text);
