-- Whether a text shows a letter or a number: something beside spaces, punctuation, symbols, pictures, marks and what
-- nobody sees. A script that is not known here counts as letters.
CREATE OR REPLACE FUNCTION letters_in(given text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(given COLLATE "C", '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4'
            || '\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u02c2-\u02c5\u02d2-\u02df\u0300-\u036f\u0375\u037e\u0483-\u0489'
            || '\u055a-\u055f\u0589-\u05cf\u05f3-\u061f\u064b-\u065f\u066a-\u066d\u0670\u06d4\u06d6-\u06dc\u115f\u1160'
            || '\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1ace\u1dc0-\u1dff\u2000-\u206f\u207a-\u207e\u208a-\u208e'
            || '\u20a0-\u20ff\u2190-\u245f\u2500-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u302a-\u3030\u303d-\u303f\u3099-\u309c\u30a0\u30fb'
            || '\u3164\ue000-\uf8ff\ufd3e\ufd3f\ufe00-\ufe6f\ufeff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65'
            || '\uffa0\uffe0-\uffff\U0001d000-\U0001d1ff\U0001f000-\U0001fbff\U000e0000-\U0010ffff]', '', 'g') <> ''
$$;

-- undo

DROP FUNCTION letters_in(text);
