-- Every three letters in a row of an email address: a part of an address has no others. It is what staff search
-- by; the indexes are in `users_address_parts.sql`. An extension would do the same, but would have to be there
-- before each restore.
CREATE OR REPLACE FUNCTION address_parts(email text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT DISTINCT substr(email, n, 3) FROM generate_series(1, char_length(email) - 2) AS n)
$$;

-- undo

DROP FUNCTION address_parts(text);
