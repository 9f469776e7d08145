-- A player's coins are what the ledger says, whoever writes.

CREATE OR REPLACE FUNCTION ledger_guard_coins() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    says integer;
BEGIN
    SELECT balance_after INTO says FROM transactions WHERE user_id = NEW.id ORDER BY user_seq DESC LIMIT 1;
    IF NEW.coins IS DISTINCT FROM coalesce(says, 0) THEN
        RAISE EXCEPTION 'Coins of player % are % by the ledger and cannot be set to %. Insert a transaction instead.',
            NEW.id, coalesce(says, 0), NEW.coins USING ERRCODE = 'L11GC';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_coins BEFORE UPDATE OF coins ON users FOR EACH ROW
    WHEN (OLD.coins IS DISTINCT FROM NEW.coins) EXECUTE FUNCTION ledger_guard_coins();
CREATE OR REPLACE TRIGGER guard_new_player BEFORE INSERT ON users FOR EACH ROW
    WHEN (NEW.coins <> 0) EXECUTE FUNCTION refuse_change(
        'A new player starts with 0 coins, not %. Insert the player, then a transaction.', 'L11GC', 'coins');

-- undo

DROP TRIGGER guard_new_player ON users;
DROP TRIGGER guard_coins ON users;
DROP FUNCTION ledger_guard_coins();
