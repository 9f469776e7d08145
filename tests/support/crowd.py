"""100,000 rows in every big table, for the tests of what pages cost."""

BIG = {
    *("users", "draws", "transactions", "participations", "winners", "account_emailaddress", "outbox_emails"),
    *("approvals", "messages", "play_breaks", "redraws", "rules_acceptances", "spend_limits"),
    *("coin_days", "operation_runs", "django_admin_log", "security_events"),
}

_MADE = """
INSERT INTO users (id, email, first_name, last_name, created_at, is_vip, is_active, is_staff, suspended_at)
    SELECT md5(n::text), 'crowd-' || n || '@scale.example', (ARRAY['Ana','Bo','Chen','Dia'])[n % 4 + 1],
           'Number' || n, now() - n * interval '1 minute', n % 5000 = 0, n % 7000 <> 0, n % 30000 = 0,
           CASE WHEN n % 7000 = 1 THEN now() END
    FROM generate_series(1, 100000) AS n;
INSERT INTO account_emailaddress (email, verified, "primary", user_id)
    SELECT email, true, true, id FROM users WHERE email LIKE 'crowd-%';
INSERT INTO transactions (id, user_id, type, amount, description, idempotency_key, user_seq, balance_after,
                          hash, reverses_id, actor_id, reference, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, md5((n % 50000 + 1)::text), type, CASE type WHEN 'entry' THEN -5 ELSE 5 END,
           'Crowd', 'crowd:' || n, n, 5, '', CASE type WHEN 'refund' THEN 999999 + n END,
           CASE type WHEN 'adjustment' THEN md5('1') END,
           CASE WHEN n <= 60000 THEN 'draw:1000001' WHEN n % 2 = 0 THEN 'draw:' || 1000000 + n ELSE '' END,
           now() - (100000 - n) * interval '50 seconds'
    FROM (SELECT n, CASE WHEN n % 20000 = 0 THEN 'adjustment' WHEN n % 1000 = 1 THEN 'prize'
                         WHEN n % 900 = 2 THEN 'refund' WHEN n % 30 = 3 THEN 'signup_bonus'
                         WHEN n % 3 = 0 THEN 'daily_bonus' ELSE 'entry' END AS type
          FROM generate_series(1, 100000) AS n) AS typed;
INSERT INTO draws (id, title, max_participants, current_participants, draw_time, published_at, is_active,
                   frozen_at, drawn_at, cancelled_at, void_code, void_reason, settled_at, vip_only, winner_id,
                   fairness_mode)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, 'Crowd prize ' || n || ' ' || (ARRAY['tram','moka','vinyl'])[n % 3 + 1], 100000,
           CASE WHEN n = 1 THEN 60000 ELSE 1 END,
           date_trunc('second', now()) + (n - 99000) * interval '10 minutes',
           CASE WHEN n > 99990 THEN NULL ELSE now() - interval '3 years' END, n BETWEEN 99001 AND 99990,
           CASE WHEN n <= 99000 AND n % 2000 <> 0 THEN now() - interval '1 hour' END,
           CASE WHEN n <= 99000 AND n % 2000 <> 0 THEN now() - (99000 - n) * interval '10 minutes' END,
           CASE WHEN n <= 99000 AND n % 2000 = 0 THEN now() - interval '1 day' END,
           CASE WHEN n <= 99000 AND n % 2000 = 0 THEN n / 2000 % 2 + 2 END,
           CASE WHEN n <= 99000 AND n % 2000 = 0 THEN 'Crowd' ELSE '' END,
           CASE WHEN n <= 99000 AND n <> 98765 THEN now() END, n % 10000 = 7, NULL,
           CASE WHEN n % 3000 = 0 THEN 'beacon' ELSE 'local' END
    FROM generate_series(1, 100000) AS n;
INSERT INTO participations (id, user_id, draw_id, ticket_number, transaction_id, taken_on,
                            participated_at)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, md5((n % 50000 + 1)::text), CASE WHEN n <= 60000 THEN 1000001 ELSE 1000000 + n END,
           CASE WHEN n <= 60000 THEN n ELSE 1 END, 1000000 + n, current_date,
           {ago}
    FROM generate_series(1, 100000) AS n;
INSERT INTO winners (id, user_id, draw_id, ticket_id, place, hand_over, is_public, public_name,
                     hidden_by_staff, won_at)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, md5((n % 50000 + 1)::text), 1000000 + n, 1000000 + n, 0,
           CASE WHEN n % 9000 = 0 THEN 'to_claim' WHEN n % 9000 = 1 THEN 'claimed' WHEN n % 3 = 0 THEN 'sent'
                ELSE 'none' END,
           n % 4000 = 0, 'Crowd', n % 16000 = 0, {ago}
    FROM generate_series(1, 100000) AS n;
INSERT INTO outbox_emails (key, recipient, subject, text, sent_at, attempts, created_at)
    SELECT 'crowd:' || n, 'crowd-' || n || '@scale.example', 'Crowd', 'Crowd',
           CASE WHEN n % 25000 <> 0 THEN now() END, n % 2, {ago}
    FROM generate_series(1, 100000) AS n;
INSERT INTO approvals (kind, subject, summary, payload, reason, asked_by_id, state, decided_by_id, decided_at,
                       asked_at)
    SELECT (ARRAY['cancel_draw', 'adjust_coins'])[n % 2 + 1], 'crowd:' || n, 'Crowd', '{}', 'Crowd', md5('1'),
           CASE WHEN n % 1000 = 0 THEN 'waiting' ELSE 'approved' END,
           CASE WHEN n % 1000 <> 0 THEN md5('2') END, CASE WHEN n % 1000 <> 0 THEN now() END,
           {ago}
    FROM generate_series(1, 100000) AS n;
INSERT INTO messages (user_id, key, kind, title, created_at)
    SELECT md5((n % 50000 + 1)::text), 'crowd:' || n, 'won', 'Crowd', {ago}
    FROM generate_series(1, 100000) AS n;
INSERT INTO rules_acceptances (user_id, version, accepted_at)
    SELECT md5(n::text), 'crowd', {ago} FROM generate_series(1, 100000) AS n;
INSERT INTO play_breaks (user_id, kind) SELECT md5(n::text), 'exclusion' FROM generate_series(1, 100000) AS n;
INSERT INTO spend_limits (user_id, period, coins)
    SELECT md5(n::text), 'day', 20 FROM generate_series(1, 100000) AS n;
INSERT INTO coin_days (day, coins, holders, largest)
    SELECT current_date - n, n, n, ARRAY(SELECT md5(id::text) FROM generate_series(1, 50) AS id)
    FROM generate_series(0, 5000) AS n;
INSERT INTO operation_runs (kind, started_at, ended_at, ok)
    SELECT (ARRAY['check_integrity', 'db_backup', 'migrate'])[n % 3 + 1], {ago}, now(), n % 99 <> 0
    FROM generate_series(1, 100000) AS n;
INSERT INTO django_admin_log (action_time, user_id, content_type_id, object_id, object_repr, action_flag,
                              change_message)
    SELECT {ago}, md5((n % 7 + 1)::text),
           (SELECT id FROM django_content_type ORDER BY id OFFSET n % 9 LIMIT 1), n::text,
           'Draw ' || n, 2, 'Closed. Why: ' || CASE n % 9000 WHEN 0 THEN 'harbour' ELSE 'shop' END
    FROM generate_series(1, 100000) AS n;
INSERT INTO redraws (draw_id, failed_id, reserve_id, reason, record_hash, redrawn_at)
    SELECT 1000000 + n, 1000000 + n, 1000001 + n % 100000, 'Crowd', '', {ago}
    FROM generate_series(1, 100000) AS n;
INSERT INTO security_events (kind, user_id, details, at)
    SELECT (ARRAY['sign_in_failed', 'personal_data_read', 'locked'])[n % 3 + 1], md5((n % 50000 + 1)::text),
           '{}', {ago}
    FROM generate_series(1, 100000) AS n;
"""
# A minute from row to row, the newest now.
MADE = _MADE.replace("{ago}", "now() - (100000 - n) * interval '1 minute'")
