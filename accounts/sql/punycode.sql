-- A label of a domain in the letters that the domain name system has (RFC 3492): münchen is xn--mnchen-3ya.
CREATE OR REPLACE FUNCTION punycode(label text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    digits constant text := 'abcdefghijklmnopqrstuvwxyz0123456789';
    points bigint[] := ARRAY(SELECT ascii(letter) FROM unnest(string_to_array(label, NULL)) AS letter);
    plain text := array_to_string(ARRAY(SELECT chr(point::integer) FROM unnest(points) AS point WHERE point < 128), '');
    done bigint := char_length(plain);
    basic bigint := done;
    coded text := CASE WHEN done > 0 THEN plain || '-' ELSE '' END;
    n bigint := 128;
    delta bigint := 0;
    bias bigint := 72;
    next bigint;
    point bigint;
    q bigint;
    k bigint;
    t bigint;
BEGIN
    IF done = cardinality(points) THEN
        RETURN label;
    END IF;
    WHILE done < cardinality(points) LOOP
        SELECT min(p) INTO next FROM unnest(points) AS p WHERE p >= n;
        delta := delta + (next - n) * (done + 1);
        n := next;
        FOREACH point IN ARRAY points LOOP
            delta := delta + (point < n)::integer;
            CONTINUE WHEN point <> n;
            q := delta;
            k := 36;
            LOOP
                t := least(greatest(k - bias, 1), 26);
                EXIT WHEN q < t;
                coded := coded || substr(digits, (t + (q - t) % (36 - t))::integer + 1, 1);
                q := (q - t) / (36 - t);
                k := k + 36;
            END LOOP;
            coded := coded || substr(digits, q::integer + 1, 1);
            -- How long the next differences are likely to be.
            delta := delta / CASE WHEN done = basic THEN 700 ELSE 2 END;
            delta := delta + delta / (done + 1);
            bias := 0;
            WHILE delta > 455 LOOP
                delta := delta / 35;
                bias := bias + 36;
            END LOOP;
            bias := bias + 36 * delta / (delta + 38);
            delta := 0;
            done := done + 1;
        END LOOP;
        delta := delta + 1;
        n := n + 1;
    END LOOP;
    RETURN 'xn--' || coded;
END $$;

-- undo

DROP FUNCTION punycode(text);
