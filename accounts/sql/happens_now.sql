-- Whether a moment is now by the database's clock: not before the database transaction began, not ahead, and
-- with five minutes for a site's machine whose clock differs. NULL for NULL.
-- In PL/pgSQL, because a function in SQL would be parsed and inlined anew for each row that a trigger asks about.
CREATE OR REPLACE FUNCTION happens_now(moment timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN moment BETWEEN transaction_timestamp() - interval '5 minutes' AND clock_timestamp() + interval '5 minutes';
END $$;

-- undo

DROP FUNCTION happens_now(timestamptz);
