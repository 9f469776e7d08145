-- The rules that no caller can skip: whoever inserts a transaction moves the coins, whole or not at all.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or removed. Post a new row instead.', TG_TABLE_NAME
        USING ERRCODE = 'L11AO';
END $$;

-- One field of a hashed row: its length, then its bytes; NULL and '' differ.
CREATE FUNCTION ledger_part(value text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN value IS NULL THEN '\xffffffff'::bytea
           ELSE int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') END
$$;

-- SHA-256 over the player's previous hash and the row's own fields, in a form that no session setting changes.
CREATE FUNCTION ledger_row_hash(previous bytea, r transactions) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(
        previous || ledger_part(r.id::text) || ledger_part(r.user_id) || ledger_part(r.user_seq::text)
        || ledger_part(r.type) || ledger_part(r.amount::text) || ledger_part(r.balance_after::text)
        || ledger_part(r.description) || ledger_part(r.reference) || ledger_part(r.idempotency_key)
        || ledger_part(r.reverses_id::text) || ledger_part(r.actor_id)
        || ledger_part(((extract(epoch FROM r.created_at) * 1000000)::bigint)::text))
$$;

-- BEFORE INSERT only stamps: were the coins moved here, ON CONFLICT DO NOTHING would move them for no row.
CREATE FUNCTION ledger_stamp() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last record;
    reversed record;
BEGIN
    PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no player %. No coins were moved.', NEW.user_id USING ERRCODE = 'L11NP';
    END IF;
    SELECT user_seq, balance_after, hash INTO last
        FROM transactions WHERE user_id = NEW.user_id ORDER BY user_seq DESC LIMIT 1;
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT user_id, type, amount INTO reversed FROM transactions WHERE id = NEW.reverses_id;
        IF reversed IS NULL OR reversed.user_id <> NEW.user_id OR reversed.type <> 'entry'
           OR reversed.amount <> -NEW.amount THEN
            RAISE EXCEPTION 'A refund gives one payment for tickets back to its player, whole. No coins were moved.'
                USING ERRCODE = 'L11RV';
        END IF;
    END IF;
    NEW.user_seq := coalesce(last.user_seq, 0) + 1;
    NEW.balance_after := coalesce(last.balance_after, 0) + NEW.amount;
    NEW.hash := ledger_row_hash(coalesce(last.hash, ''::bytea), NEW);
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_move_coins() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- One statement may hold several rows of a player: the last one has the balance.
    UPDATE users SET coins = last.balance_after
    FROM (SELECT DISTINCT ON (user_id) user_id, balance_after FROM posted ORDER BY user_id, user_seq DESC) AS last
    WHERE users.id = last.user_id;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_guard_coins() RETURNS trigger LANGUAGE plpgsql
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

CREATE FUNCTION ledger_guard_new_player() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A new player starts with 0 coins, not %. Insert the player, then a transaction.', NEW.coins
        USING ERRCODE = 'L11GC';
END $$;

CREATE TRIGGER a_stamp BEFORE INSERT ON transactions FOR EACH ROW EXECUTE FUNCTION ledger_stamp();
CREATE TRIGGER b_move_coins AFTER INSERT ON transactions REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_move_coins();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON transactions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER guard_coins BEFORE UPDATE OF coins ON users FOR EACH ROW
    WHEN (OLD.coins IS DISTINCT FROM NEW.coins) EXECUTE FUNCTION ledger_guard_coins();
CREATE TRIGGER guard_new_player BEFORE INSERT ON users FOR EACH ROW
    WHEN (NEW.coins <> 0) EXECUTE FUNCTION ledger_guard_new_player();

-- Where all coins are, derived: the sum over players and house is zero.
CREATE VIEW ledger_house AS
    SELECT 'players'::text AS account, coalesce(sum(coins), 0)::bigint AS coins FROM users
    UNION ALL
    SELECT 'issued', -coalesce(sum(amount), 0)::bigint FROM transactions
        WHERE type IN ('signup_bonus', 'daily_bonus', 'adjustment', 'import')
    UNION ALL
    SELECT 'pots', -coalesce(sum(amount), 0)::bigint FROM transactions WHERE type IN ('entry', 'refund')
    UNION ALL
    SELECT 'prizes', -coalesce(sum(amount), 0)::bigint FROM transactions WHERE type = 'prize';

-- undo

DROP VIEW ledger_house;
DROP TRIGGER guard_new_player ON users;
DROP TRIGGER guard_coins ON users;
DROP TRIGGER never_emptied ON transactions;
DROP TRIGGER never_changed ON transactions;
DROP TRIGGER b_move_coins ON transactions;
DROP TRIGGER a_stamp ON transactions;
DROP FUNCTION ledger_guard_new_player();
DROP FUNCTION ledger_guard_coins();
DROP FUNCTION ledger_move_coins();
DROP FUNCTION ledger_stamp();
DROP FUNCTION ledger_row_hash(bytea, transactions);
DROP FUNCTION ledger_part(text);
DROP FUNCTION refuse_change();
