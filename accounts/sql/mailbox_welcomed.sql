-- Whether a mailbox has its welcome on this player's account, and none of theirs has it on another.
CREATE OR REPLACE FUNCTION mailbox_welcomed(p_user text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM welcomed_mailboxes w WHERE w.user_id = p_user) AND NOT welcomed_elsewhere(p_user)
$$;

-- undo

DROP FUNCTION mailbox_welcomed(text);
