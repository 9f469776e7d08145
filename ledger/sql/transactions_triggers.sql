-- The rules that no caller can skip: whoever inserts a transaction moves the coins, whole or not at all.

CREATE OR REPLACE FUNCTION ledger_move_coins() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- One statement may hold several rows of a player: the last one has the balance.
    UPDATE users SET coins = last.balance_after
    FROM (SELECT DISTINCT ON (user_id) user_id, balance_after FROM posted ORDER BY user_id, user_seq DESC) AS last
    WHERE users.id = last.user_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON transactions FOR EACH ROW EXECUTE FUNCTION ledger_stamp();
CREATE OR REPLACE TRIGGER b_move_coins AFTER INSERT ON transactions REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_move_coins();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON transactions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER never_emptied ON transactions;
DROP TRIGGER never_changed ON transactions;
DROP TRIGGER b_move_coins ON transactions;
DROP TRIGGER a_stamp ON transactions;
DROP FUNCTION ledger_move_coins();
