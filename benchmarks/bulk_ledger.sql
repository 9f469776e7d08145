-- The next transaction of every player, number {number} of {rows}, chained to the one before.

INSERT INTO transactions (id, type, amount, description, created_at, idempotency_key, user_seq, balance_after, hash,
                          user_id)
    OVERRIDING SYSTEM VALUE
    SELECT id, type, amount, description, created_at, idempotency_key, user_seq, balance_after,
           ledger_row_hash(coalesce(previous, ''), ROW(id, type, amount, description, created_at, idempotency_key,
               user_seq, balance_after, ''::bytea, '', NULL, NULL, user_id)::transactions),
           user_id
    FROM (SELECT ({number} - 1) * {players} + i + 1 AS id, '{type}' AS type, {amount} AS amount, '' AS description,
                 now() - ({rows} - {number}) * interval '1 minute' AS created_at,
                 'bulk:' || {number} || ':' || i AS idempotency_key, {number} AS user_seq, {balance} AS balance_after,
                 'bulk' || lpad(i::text, 28, '0') AS user_id, before.hash AS previous
          FROM generate_series(0, {players} - 1) AS i
          LEFT JOIN transactions before ON before.id = ({number} - 2) * {players} + i + 1) AS rows
