-- Whether a player may get the welcome coins: a confirmed email address. That they come once is the key's business.
CREATE OR REPLACE FUNCTION may_be_welcomed(p_player text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM account_emailaddress e WHERE e.user_id = p_player AND e.verified)
$$;

-- undo

DROP FUNCTION may_be_welcomed(text);
