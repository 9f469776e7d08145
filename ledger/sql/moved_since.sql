-- Whether the player changed their time zone after a movement of this type that is less than 24 hours old. Then the
-- day of that movement lasts until 24 hours after it: nobody has one day twice by moving.
CREATE OR REPLACE FUNCTION moved_since(p_player text, p_type text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    moved_at timestamptz := (SELECT time_zone_changed_at FROM users WHERE id = p_player);
    since constant timestamptz := clock_timestamp() - interval '24 hours';
BEGIN
    RETURN moved_at > since AND EXISTS (
        SELECT FROM transactions t
        WHERE t.user_id = p_player AND t.created_at > since AND t.created_at <= moved_at AND t.type = p_type);
END $$;

-- undo

DROP FUNCTION moved_since(text, text);
