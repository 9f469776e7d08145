CREATE OR REPLACE FUNCTION tickets_refuse(code text, sentence text, detail text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = sentence, DETAIL = detail;
END $$;

-- undo

DROP FUNCTION tickets_refuse(text, text, text);
