-- Where all coins are, derived: the sum over players and house is zero.
CREATE OR REPLACE VIEW ledger_house AS
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
