"""Checks that each coin came from somewhere: a row of the ledger has a second fact that speaks of it.

A database may be older than a proof: `coin_proofs` says from which transaction on each kind is asked for.
"""

from ledger.integrity import Check

PROOF_CHECKS = [
    Check(
        "bonuses",
        "A bonus is the coins that the site gave at its time, once a player or once on each of their days.",
        # The rates are few, each with the time until which it was in force: no call and no read a row.
        """WITH rates AS (
               SELECT kind, coins, from_time,
                      lead(from_time, 1, 'infinity') OVER (PARTITION BY kind ORDER BY from_time, id) AS until
               FROM coin_rates)
           SELECT t.id AS transaction_id, t.user_id, t.type, t.amount, r.coins AS rate
           FROM transactions t
           LEFT JOIN rates r ON r.kind = t.type AND t.created_at >= r.from_time AND t.created_at < r.until
           WHERE t.type IN ('signup_bonus', 'daily_bonus') AND t.reference NOT LIKE 'old:%'
             AND t.id > (SELECT after FROM coin_proofs WHERE kind = 'bonus')
             AND (t.amount IS DISTINCT FROM r.coins
                  OR t.type = 'signup_bonus' AND t.idempotency_key <> 'signup:' || t.user_id
                  -- Somewhere on Earth it was that day.
                  OR t.type = 'daily_bonus' AND t.idempotency_key NOT IN (
                      SELECT 'daily:' || t.user_id || ':' || to_char(
                          t.created_at AT TIME ZONE 'UTC' + ahead * interval '1 hour', 'YYYY-MM-DD')
                      FROM unnest(ARRAY[-12, 0, 14]) AS ahead))
           ORDER BY t.id""",
    ),
    Check(
        "orders",
        "What came over from the old site was ordered by the import: the same key, player and coins.",
        """SELECT t.id AS transaction_id, t.user_id, t.type, t.amount, o.coins AS ordered FROM transactions t
           LEFT JOIN coin_orders o ON o.idempotency_key = t.idempotency_key
           WHERE (t.type = 'import'
                  OR (t.type IN ('signup_bonus', 'daily_bonus') AND t.reference LIKE 'old:%'))
             AND t.id > (SELECT after FROM coin_proofs WHERE kind = 'order')
             AND (o.user_id, o.coins) IS DISTINCT FROM (t.user_id, t.amount)
           ORDER BY t.id""",
    ),
    Check(
        "adjustments",
        "An adjustment was approved by a second person, ordered by an operator, or within its day's limits.",
        """WITH rates AS (
               SELECT coins, from_time, lead(from_time, 1, 'infinity') OVER (ORDER BY from_time, id) AS until
               FROM coin_rates WHERE kind = 'adjustment'),
           alone AS (
               SELECT t.id, t.user_id, t.actor_id, t.amount, t.created_at,
                      sum(abs(t.amount::bigint)) OVER (PARTITION BY t.actor_id ORDER BY t.created_at
                          RANGE BETWEEN '23:59:59' PRECEDING AND CURRENT ROW) AS of_staff,
                      sum(abs(t.amount::bigint)) OVER (PARTITION BY t.user_id ORDER BY t.created_at
                          RANGE BETWEEN '23:59:59' PRECEDING AND CURRENT ROW) AS of_player
               FROM transactions t LEFT JOIN coin_orders o ON o.idempotency_key = t.idempotency_key
               WHERE t.type = 'adjustment' AND t.reference NOT LIKE 'approval:%'
                 AND (o.user_id, o.coins) IS DISTINCT FROM (t.user_id, t.amount)),
           bad AS (
               SELECT a.id FROM alone a
               LEFT JOIN rates r ON a.created_at >= r.from_time AND a.created_at < r.until
               WHERE a.actor_id = a.user_id OR greatest(a.of_staff, a.of_player) > r.coins OR r.until IS NULL
               UNION ALL
               SELECT t.id FROM transactions t
               WHERE t.type = 'adjustment' AND t.reference LIKE 'approval:%' AND NOT EXISTS (
                   SELECT FROM approvals a
                   WHERE t.reference = 'approval:' || a.id AND a.kind = 'adjust_coins'
                     AND a.state = 'approved' AND a.asked_by_id = t.actor_id
                     AND a.subject = 'user:' || t.user_id AND a.payload ->> 'amount' = t.amount::text
                     AND a.payload ->> 'key' = t.idempotency_key))
           SELECT t.id AS transaction_id, t.user_id, t.actor_id, t.amount
           FROM bad JOIN transactions t USING (id)
           WHERE t.id > (SELECT after FROM coin_proofs WHERE kind = 'adjustment') ORDER BY t.id""",
    ),
]
