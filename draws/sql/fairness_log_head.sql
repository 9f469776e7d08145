-- head_n of section 6 of the protocol.
CREATE OR REPLACE FUNCTION fairness_log_head(prev bytea, n bigint, at bigint, kind text, record_hash bytea)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(int2send(13::int2) || 'lucky11/1/log'::bytea || int4send(octet_length(prev)) || prev
        || int4send(8) || int8send(n) || int4send(8) || int8send(at)
        || int4send(octet_length(kind)) || convert_to(kind, 'UTF8')
        || int4send(octet_length(record_hash)) || record_hash)
$$;

-- undo

DROP FUNCTION fairness_log_head(bytea, bigint, bigint, text, bytea);
