-- Whether a moment is now by the database's clock: not before the database transaction began, not ahead, and
-- with five minutes for a site's machine whose clock differs. NULL for NULL.
CREATE OR REPLACE FUNCTION happens_now(moment timestamptz) RETURNS boolean LANGUAGE sql AS $$
    SELECT moment BETWEEN transaction_timestamp() - interval '5 minutes' AND clock_timestamp() + interval '5 minutes'
$$;

-- undo

DROP FUNCTION happens_now(timestamptz);
