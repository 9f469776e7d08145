-- Whether a text has signs that nobody sees: controls, marks of direction, spaces without width, fillers, private and
-- unpaired code points. `common/text/hidden.py` names them to whoever typed them; a test holds the two to each other.
-- A joiner joins the parts of an emoji: it is hidden where it joins nothing. Lines may end.
CREATE OR REPLACE FUNCTION hidden_in(given text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT given COLLATE "C" ~ ('[\u0001-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f'
            || '\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f'
            || '\u2800\u3164\ue000-\uf8ff\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f'
            || '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]')
        OR given COLLATE "C" ~ '(^|[ \n\u200c\u200d])[\u200c\u200d]|[\u200c\u200d]([ \n\u200c\u200d]|$)'
$$;

-- undo

DROP FUNCTION hidden_in(text);
