-- The most marks that stand one after another in a text, over or under one letter.
CREATE OR REPLACE FUNCTION marks_in(given text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(max(char_length(found[1])), 0) FROM regexp_matches(given COLLATE "C",
        '[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc'
        || '\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0730-\u074a\u08d3-\u08e1\u08e3-\u0903\u093c\u0941-\u0948\u094d\u0951-\u0954'
        || '\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f71-\u0f7e\u0f80-\u0f84\u0f90-\u0fbc'
        || '\u1ab0-\u1ace\u1dc0-\u1dff\u20d0-\u20f0\u302a-\u302f\u3099\u309a\ua66f-\ua672\ua674-\ua67d\ufe00-\ufe0f'
        || '\ufe20-\ufe2f]+', 'g') AS found
$$;

-- undo

DROP FUNCTION marks_in(text);
