-- Refuse to sell tickets: which refusal it is by name (the error's constraint), its figures as JSON (the detail).
-- It is an error, so that nothing half-done stays; `draws/entries/take.py` makes an exception of each.
CREATE OR REPLACE FUNCTION refuse_entry(kind text, sentence text, details jsonb DEFAULT '{}')
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'L11EN', CONSTRAINT = kind, MESSAGE = sentence, DETAIL = details::text;
END $$;

-- undo

DROP FUNCTION refuse_entry(text, text, jsonb);
