-- SHA-256 over the player's previous hash and the row's own fields, in a form that no session setting changes.
CREATE OR REPLACE FUNCTION ledger_row_hash(previous bytea, r transactions)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(
        previous || ledger_part(r.id::text) || ledger_part(r.user_id) || ledger_part(r.user_seq::text)
        || ledger_part(r.type) || ledger_part(r.amount::text) || ledger_part(r.balance_after::text)
        || ledger_part(r.description) || ledger_part(r.reference) || ledger_part(r.idempotency_key)
        || ledger_part(r.reverses_id::text) || ledger_part(r.actor_id)
        || ledger_part(((extract(epoch FROM r.created_at) * 1000000)::bigint)::text))
$$;

-- undo

DROP FUNCTION ledger_row_hash(bytea, transactions);
