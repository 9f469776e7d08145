-- The next streak of a player who takes a ticket on `today`: one missed day a week is forgiven.
CREATE OR REPLACE FUNCTION next_streak(
    streak integer, last_on date, grace_on date, today date, OUT new_streak integer, OUT new_grace date
) LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    new_grace := grace_on;
    IF last_on IS NULL THEN
        new_streak := 1;
    ELSIF today <= last_on THEN
        new_streak := greatest(streak, 1);
    ELSIF today = last_on + 1 THEN
        new_streak := streak + 1;
    ELSIF today = last_on + 2 AND (grace_on IS NULL OR last_on + 1 >= grace_on + 7) THEN
        new_streak := streak + 1;
        new_grace := last_on + 1;
    ELSE
        new_streak := 1;
    END IF;
END $$;

-- undo

DROP FUNCTION next_streak(integer, date, date, date);
