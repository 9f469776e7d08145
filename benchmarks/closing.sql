-- Draw {draw} with {tickets} tickets of {players} players in mixed order, past its time, and its list not frozen yet.

SET session_replication_role = replica;

INSERT INTO users (id) SELECT {prefix} || i FROM generate_series(0, {players} - 1) AS i;

INSERT INTO participations (user_id, draw_id, ticket_number, transaction_id)
    SELECT {prefix} || abs(hashint4(n)::bigint) % {players}, {draw}, n, n FROM generate_series(1, {tickets}) AS n;

UPDATE draws SET current_participants = {tickets}, draw_time = date_trunc('second', now()) - interval '1 s'
    WHERE id = {draw};

UPDATE draw_seals SET freeze_by = extract(epoch FROM now()) + 86400 WHERE draw_id = {draw};

SET session_replication_role = origin;
