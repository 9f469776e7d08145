-- Whether the player, who changed their time zone at `moved_at` (NULL: never), did so after a movement of this type
-- that is less than 24 hours old. Then the day of that movement lasts until 24 hours after it: nobody has one day
-- twice by moving.
CREATE OR REPLACE FUNCTION moved_since(p_player text, moved_at timestamptz, p_type text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    since constant timestamptz := clock_timestamp() - interval '24 hours';
BEGIN
    -- Most have not moved, and every ticket asks: they cost no query.
    IF moved_at IS NULL OR moved_at <= since THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM transactions t
        WHERE t.user_id = p_player AND t.created_at > since AND t.created_at <= moved_at AND t.type = p_type);
END $$;

-- undo

DROP FUNCTION moved_since(text, timestamptz, text);
