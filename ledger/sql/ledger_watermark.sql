-- The newest transaction of which nothing older is still being written: ids are drawn before the row is, so
-- the highest one seen may have a lower one behind it. Waits for those at work and holds others up for a moment.
-- The application's role may not lock the table, hence SECURITY DEFINER.
CREATE OR REPLACE FUNCTION ledger_watermark() RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    LOCK TABLE transactions IN SHARE MODE;
    RETURN (SELECT coalesce(max(id), 0) FROM transactions);
END $$;

-- undo

DROP FUNCTION ledger_watermark();
