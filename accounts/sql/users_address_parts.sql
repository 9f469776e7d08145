-- The indexes that find players by a part of an address: of the one they write from, and of their others. A
-- migration has made them before, without stopping anybody.
CREATE INDEX IF NOT EXISTS idx_users_address_parts ON users USING gin (address_parts(email));
CREATE INDEX IF NOT EXISTS idx_account_address_parts ON account_emailaddress USING gin (address_parts(email))
    WHERE NOT "primary";

-- undo

DROP INDEX idx_account_address_parts;
DROP INDEX idx_users_address_parts;
