-- One field of a hashed row: its length, then its bytes; NULL and '' differ.
CREATE OR REPLACE FUNCTION ledger_part(value text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN value IS NULL THEN '\xffffffff'::bytea
           ELSE int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') END
$$;

-- undo

DROP FUNCTION ledger_part(text);
