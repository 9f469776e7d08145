-- The day on which a ticket counts that a player takes now: the date in their time zone, or still the day of their
-- last ticket if they have moved to another zone less than 24 hours after it.
CREATE OR REPLACE FUNCTION playing_day(
    p_player text, zone text, zone_changed_at timestamptz, last_on date
) RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF last_on IS NOT NULL AND moved_since(p_player, zone_changed_at, 'entry') THEN
        RETURN last_on;
    END IF;
    RETURN (clock_timestamp() AT TIME ZONE zone)::date;
END $$;

-- undo

DROP FUNCTION playing_day(text, text, timestamptz, date);
