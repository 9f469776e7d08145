-- A remembered email is forgotten only once its break has ended, and until then remembered longer, never shorter.
CREATE OR REPLACE TRIGGER never_shortened BEFORE UPDATE ON excluded_addresses FOR EACH ROW
    WHEN (NEW.digest <> OLD.digest OR coalesce(NEW.ends_at, 'infinity') < coalesce(OLD.ends_at, 'infinity'))
    EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON excluded_addresses FOR EACH ROW
    WHEN (coalesce(OLD.ends_at, 'infinity') > clock_timestamp())
    EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON excluded_addresses
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('Rows of % are never changed or removed.');

-- undo

DROP TRIGGER never_emptied ON excluded_addresses;
DROP TRIGGER never_removed ON excluded_addresses;
DROP TRIGGER never_shortened ON excluded_addresses;
