-- What a trigger answers to a row that says it happened at another time than now. The tables' owner alone brings
-- rows of the past: `import_lucky11`, `db_import` and `db_recover` work as the owner.
CREATE OR REPLACE FUNCTION refuse_other_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A row of % says when it happened by the clock of the database, and not any other time.',
        TG_TABLE_NAME USING ERRCODE = 'L11OT';
END $$;

-- undo

DROP FUNCTION refuse_other_time();
