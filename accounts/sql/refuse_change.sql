-- What a trigger answers that only refuses: the change is never made. Its arguments, each with a default:
-- the sentence, in which % stands for the table's name; the SQLSTATE; a column whose value stands for % instead.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sentence text := coalesce(TG_ARGV[0], 'Rows of % are never changed or removed. Post a new row instead.');
    named text := TG_TABLE_NAME;
BEGIN
    IF TG_NARGS > 2 THEN
        named := CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END ->> TG_ARGV[2];
    END IF;
    RAISE EXCEPTION USING MESSAGE = replace(sentence, '%', named), ERRCODE = coalesce(TG_ARGV[1], 'L11AO');
END $$;

-- undo

DROP FUNCTION refuse_change();
