-- The fingerprint of the mailbox that an address leads to.
CREATE OR REPLACE FUNCTION mailbox_digest(email text) RETURNS bytea LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT sha256(convert_to('lucky11.mailbox:' || mailbox_of(email), 'UTF8'))
$$;

-- undo

DROP FUNCTION mailbox_digest(text);
