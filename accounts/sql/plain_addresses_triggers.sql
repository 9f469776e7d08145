-- No new address has letters that only look like plain ones. Not a CHECK: an address that is older than this rule
-- would keep its player's row from changing in any way, also from getting coins.

CREATE OR REPLACE TRIGGER plain_address BEFORE INSERT ON users FOR EACH ROW
    WHEN (NOT is_plain_address(NEW.email)) EXECUTE FUNCTION refuse_change(
        'The email address % is too long, or has letters that only look like plain ones.', '23514', 'email');
CREATE OR REPLACE TRIGGER plain_new_address BEFORE UPDATE OF email ON users FOR EACH ROW
    WHEN (NEW.email IS DISTINCT FROM OLD.email AND NOT is_plain_address(NEW.email)) EXECUTE FUNCTION refuse_change(
        'The new email address is too long, or has letters that only look like plain ones.', '23514');
CREATE OR REPLACE TRIGGER plain_address BEFORE INSERT ON account_emailaddress FOR EACH ROW
    WHEN (NOT is_plain_address(NEW.email)) EXECUTE FUNCTION refuse_change(
        'The email address % is too long, or has letters that only look like plain ones.', '23514', 'email');
CREATE OR REPLACE TRIGGER plain_new_address BEFORE UPDATE OF email ON account_emailaddress FOR EACH ROW
    WHEN (NEW.email IS DISTINCT FROM OLD.email AND NOT is_plain_address(NEW.email)) EXECUTE FUNCTION refuse_change(
        'The new email address is too long, or has letters that only look like plain ones.', '23514');

-- undo

DROP TRIGGER plain_new_address ON account_emailaddress;
DROP TRIGGER plain_address ON account_emailaddress;
DROP TRIGGER plain_new_address ON users;
DROP TRIGGER plain_address ON users;
