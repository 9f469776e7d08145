-- What keeps a draft from opening, each rule by its name; `draws/lifecycle/terms.py` has the sentence of each. These are
-- the rules that a draw's row alone tells: how long it is open at least is the site's setting, given by whoever asks.
CREATE OR REPLACE FUNCTION why_not_publish(draft draws, opens_at timestamptz, shortest interval) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(rule ORDER BY n), '{}') FROM (VALUES
        (1, 'closing_passed', draft.draw_time <= opens_at),
        (2, 'closing_too_soon', draft.draw_time > opens_at AND draft.draw_time < opens_at + shortest),
        (3, 'closing_too_late', draft.draw_time > opens_at + interval '1 year'),
        (4, 'early_access_too_long', draft.early_access_until >= draft.draw_time),
        (5, 'early_access_too_early', draft.early_access_until < '2000-01-01 00:00:00+00'),
        (6, 'no_prize', draft.prize_amount = 0 AND draft.prize_coins = 0),
        -- In every purse is room for more than ten times as much (ledger/services.py).
        (7, 'too_many_coins', draft.prize_coins::bigint * draft.winner_count > 100000000),
        (8, 'too_many_tickets', draft.max_participants > 1000000),
        (9, 'too_many_per_player', draft.max_per_player > draft.max_participants),
        (10, 'too_many_winners', draft.winner_count > draft.max_participants),
        (11, 'title_empty', NOT letters_in(draft.title)),
        (12, 'title_hidden', hidden_in(draft.title) OR draft.title ~ E'\n'),
        -- No script writes so many marks over one letter; a title made of them runs over its neighbours.
        (13, 'title_marks', marks_in(draft.title) > 3),
        (14, 'title_too_long', char_length(draft.title) > 200),
        (15, 'text_hidden', hidden_in(draft.description) OR hidden_in(draft.prize_details)),
        (16, 'text_marks', greatest(marks_in(draft.description), marks_in(draft.prize_details)) > 3),
        (17, 'description_too_long', char_length(draft.description) > 5000),
        (18, 'details_too_long', char_length(draft.prize_details) > 5000),
        (19, 'too_many_items',
            (SELECT count(*) FROM regexp_split_to_table(draft.prize_details, E'\n') AS l (line) WHERE line ~ '\S') > 30),
        -- Pages show a picture only from here: one of the site's own files, or a photo uploaded to this draw.
        (20, 'picture_not_shown', draft.prize_image_url <> '' AND draft.prize_image_url !~ '^/static/[^/]'
            AND NOT EXISTS (SELECT FROM prize_pictures p WHERE p.draw_id = draft.id
                            AND draft.prize_image_url = format('/pictures/%s-%s.webp', p.name, p.width)))
    ) AS rules (n, rule, broken) WHERE broken
$$;

-- undo

DROP FUNCTION why_not_publish(draws, timestamptz, interval);
