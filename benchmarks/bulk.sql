-- A site of any size, whole enough for `check_integrity`: its triggers are off, so what they keep is written here.
-- {draws}, {players}, {rows} transactions a player, the last {tickets} of them for a ticket.
-- Every tenth draw is drawn; the holder of its first ticket won.

SET session_replication_role = replica;

INSERT INTO users (id, email, coins, total_participations, total_wins, total_earnings, current_streak, last_ticket_on)
    SELECT 'bulk' || lpad(i::text, 28, '0'), i || '@bulk.example', 90 + 10 * ({rows} - {tickets}) - 5 * {tickets}, {tickets},
           won, 10 * won, 1, CURRENT_DATE
    FROM generate_series(0, {players} - 1) AS i,
         LATERAL (SELECT (i < {draws} AND (i + 1) % 10 = 0)::integer AS won) AS w;

INSERT INTO draws (id, title, entry_fee, prize_amount, max_participants, max_per_player, current_participants,
                   draw_time, published_at, is_active, frozen_at, drawn_at, settled_at, told_at, winner_id)
    OVERRIDING SYSTEM VALUE
    SELECT n, 'A bicycle for the city, number ' || n, 5, 10, 2000000000, 1000, {players} * {tickets} / {draws},
           date_trunc('second', now()) + CASE WHEN ended IS NULL THEN n * interval '1 s' + interval '1 day'
                                         ELSE n * interval '-1 s' END,
           now() - interval '9 days', ended IS NULL, ended, ended, ended, ended,
           CASE WHEN ended IS NOT NULL THEN 'bulk' || lpad((n - 1)::text, 28, '0') END
    FROM generate_series(1, {draws}) AS n,
         LATERAL (SELECT CASE WHEN n % 10 = 0 THEN now() - n * interval '1 s' END AS ended) AS e;

INSERT INTO draw_seals (draw_id, seq, draw_uid, server_seed, entry_secret, closes_at, freeze_by, terms, seed_commit,
                        open_hash, root, total, freeze_hash, places, result_hash)
    SELECT id, id, decode(md5(id::text), 'hex'), bytes, bytes, 0, 0, '{{}}', bytes, bytes, later,
           CASE WHEN drawn_at IS NOT NULL THEN current_participants END, later,
           CASE WHEN drawn_at IS NOT NULL THEN ARRAY[0] END, later
    FROM draws, LATERAL (SELECT sha256(id::text::bytea) AS bytes) AS s,
         LATERAL (SELECT CASE WHEN drawn_at IS NOT NULL THEN bytes END AS later) AS l;

INSERT INTO frozen_lists (draw_id, part, refs)
    SELECT id, 0, decode(repeat(md5(id::text), 2 * current_participants), 'hex') FROM draws WHERE drawn_at IS NOT NULL;

INSERT INTO fairness_log (n, time, kind, draw_id, record_hash, prev, head)
    SELECT id, 0, 'open', id, sha256(id::text::bytea), sha256('p'), sha256('h') FROM draws;

INSERT INTO participations (id, user_id, draw_id, ticket_number, transaction_id, taken_on, participated_at)
    OVERRIDING SYSTEM VALUE
    SELECT g + 1, 'bulk' || lpad((g % {players})::text, 28, '0'), g % {draws} + 1, g / {draws} + 1,
           ({rows} - {tickets}) * {players} + g + 1, CURRENT_DATE, now()
    FROM generate_series(0, {players} * {tickets} - 1) AS g;

INSERT INTO winners (user_id, draw_id, prize_amount, ticket_id, settled_at, hand_over, claim_by)
    SELECT winner_id, id, 10, id, drawn_at, 'to_claim', now() + interval '30 days' FROM draws WHERE drawn_at IS NOT NULL;
