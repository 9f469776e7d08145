-- Which database this is, and since when its server runs. A restore from a dump has other files, the recovery to a
-- point in time another server, and whoever puts a server's files back has to start it again. PostgreSQL's
-- planner puts the expression in the place of the call.
CREATE OR REPLACE FUNCTION log_incarnation() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT pg_relation_filepath('public.log_watch'::regclass) || ' ' || extract(epoch FROM pg_postmaster_start_time())
$$;

-- undo

DROP FUNCTION log_incarnation();
