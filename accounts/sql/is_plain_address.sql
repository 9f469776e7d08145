-- Whether an address can only be read as what it is: not too long (RFC 5321, 4.5.3.1.3), plain letters before the @,
-- and in the domain no letter that folds to plain ones, no accent that hides in an i, and nothing invisible.
CREATE OR REPLACE FUNCTION is_plain_address(email text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT char_length(email) <= 254
       AND octet_length(a.name) = char_length(a.name)
       AND a.host = normalize(a.host, NFKC)
       AND a.host !~ '[ıİßẞ。\u0307\u00ad\u200b-\u200f\u2060\ufeff]'
    FROM (SELECT coalesce(substring(email FROM '^(.*)@'), email) AS name,
                 coalesce(substring(email FROM '@([^@]*)$'), '') AS host) AS a
$$;

-- undo

DROP FUNCTION is_plain_address(text);
