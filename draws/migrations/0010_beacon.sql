-- Beacon mode: what is sealed about the beacon comes together, is written once, and decides the result.

ALTER TABLE beacon_rounds
    ADD CONSTRAINT beacon_rounds_lengths CHECK (
        octet_length(chain_hash) = 32 AND round >= 1 AND octet_length(signature) = 48 AND source <> '');
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON beacon_rounds
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON beacon_rounds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE draw_seals
    ADD CONSTRAINT seals_beacon_whole CHECK (
        num_nulls(chain_hash, scheme, round) IN (0, 3)
        AND octet_length(chain_hash) = 32 AND scheme ~ '^[!-~]+$' AND round >= 1),
    -- Whoever has the signature knows the winners: from then on there is a result, and no way to void.
    ADD CONSTRAINT seals_signature_with_result CHECK (
        signature IS NULL
        OR (chain_hash IS NOT NULL AND octet_length(signature) = 48 AND result_hash IS NOT NULL)),
    ADD CONSTRAINT seals_result_of_a_frozen_list CHECK (
        result_hash IS NULL
        OR (freeze_hash IS NOT NULL AND (chain_hash IS NULL) = (signature IS NULL))),
    ADD CONSTRAINT seals_one_result_or_void CHECK (result_hash IS NULL OR void_hash IS NULL);

DROP TRIGGER never_changed ON draw_seals;
CREATE TRIGGER never_changed BEFORE UPDATE ON draw_seals FOR EACH ROW
    WHEN ((OLD.draw_id, OLD.seq, OLD.draw_uid, OLD.server_seed, OLD.entry_secret, OLD.closes_at, OLD.freeze_by,
           OLD.terms, OLD.seed_commit, OLD.open_hash, OLD.chain_hash, OLD.scheme, OLD.round)
          IS DISTINCT FROM
          (NEW.draw_id, NEW.seq, NEW.draw_uid, NEW.server_seed, NEW.entry_secret, NEW.closes_at, NEW.freeze_by,
           NEW.terms, NEW.seed_commit, NEW.open_hash, NEW.chain_hash, NEW.scheme, NEW.round)
          OR (OLD.freeze_hash IS NOT NULL AND
              (OLD.root, OLD.total, OLD.freeze_hash) IS DISTINCT FROM (NEW.root, NEW.total, NEW.freeze_hash))
          OR (OLD.signature IS NOT NULL AND OLD.signature IS DISTINCT FROM NEW.signature)
          OR (OLD.result_hash IS NOT NULL AND
              (OLD.places, OLD.result_hash) IS DISTINCT FROM (NEW.places, NEW.result_hash))
          OR (OLD.void_hash IS NOT NULL AND OLD.void_hash IS DISTINCT FROM NEW.void_hash))
    EXECUTE FUNCTION refuse_change();

CREATE FUNCTION seals_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM draw_seals) THEN
        RAISE EXCEPTION 'Published draws are counted without a gap.' USING ERRCODE = 'L11GS';
    END IF;
    IF (NEW.chain_hash IS NOT NULL) <> (SELECT fairness_mode = 'beacon' FROM draws WHERE id = NEW.draw_id) THEN
        RAISE EXCEPTION 'A beacon is sealed with a draw in beacon mode, and with no other.' USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_seal BEFORE INSERT ON draw_seals FOR EACH ROW EXECUTE FUNCTION seals_check();

-- The one signature of a draw's round is the one that was verified when it was obtained.
CREATE FUNCTION seals_check_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM beacon_rounds b
    WHERE b.chain_hash = NEW.chain_hash AND b.round = NEW.round AND b.signature = NEW.signature;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The signature of a draw is the one obtained for its own round.' USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_signature BEFORE INSERT OR UPDATE OF signature ON draw_seals FOR EACH ROW
    WHEN (NEW.signature IS NOT NULL) EXECUTE FUNCTION seals_check_signature();

-- head_n of section 6 of the protocol.
CREATE FUNCTION fairness_log_head(prev bytea, n bigint, at bigint, kind text, record_hash bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(int2send(13::int2) || 'lucky11/1/log'::bytea || int4send(octet_length(prev)) || prev
        || int4send(8) || int8send(n) || int4send(8) || int8send(at)
        || int4send(octet_length(kind)) || convert_to(kind, 'UTF8')
        || int4send(octet_length(record_hash)) || record_hash)
$$;

CREATE FUNCTION fairness_log_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last fairness_log;
BEGIN
    SELECT * INTO last FROM fairness_log ORDER BY n DESC LIMIT 1;
    IF (last.n IS NULL AND NEW.n <> 0)
       OR (last.n IS NOT NULL AND (NEW.n <> last.n + 1 OR NEW.time < last.time OR NEW.prev <> last.head
           OR NEW.head <> fairness_log_head(NEW.prev, NEW.n, NEW.time, NEW.kind, NEW.record_hash))) THEN
        RAISE EXCEPTION 'A record of the log follows the last one, and its head covers it.' USING ERRCODE = 'L11GS';
    END IF;
    PERFORM 1 FROM fairness_log o WHERE o.draw_id = NEW.draw_id AND NEW.kind <> 'redraw'
        AND (o.kind = NEW.kind OR o.kind IN ('result', 'void'));
    IF FOUND THEN
        RAISE EXCEPTION 'A draw opens once, is frozen once, and has one result or is void once.' USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_record BEFORE INSERT ON fairness_log FOR EACH ROW EXECUTE FUNCTION fairness_log_check();

-- undo

DROP TRIGGER check_record ON fairness_log;
DROP FUNCTION fairness_log_check();
DROP FUNCTION fairness_log_head(bytea, bigint, bigint, text, bytea);
DROP TRIGGER check_signature ON draw_seals;
DROP FUNCTION seals_check_signature();
DROP TRIGGER check_seal ON draw_seals;
DROP FUNCTION seals_check();
DROP TRIGGER never_changed ON draw_seals;
CREATE TRIGGER never_changed BEFORE UPDATE ON draw_seals FOR EACH ROW
    WHEN ((OLD.draw_id, OLD.seq, OLD.draw_uid, OLD.server_seed, OLD.entry_secret, OLD.closes_at, OLD.freeze_by,
           OLD.terms, OLD.seed_commit, OLD.open_hash)
          IS DISTINCT FROM
          (NEW.draw_id, NEW.seq, NEW.draw_uid, NEW.server_seed, NEW.entry_secret, NEW.closes_at, NEW.freeze_by,
           NEW.terms, NEW.seed_commit, NEW.open_hash)
          OR (OLD.freeze_hash IS NOT NULL AND
              (OLD.root, OLD.total, OLD.freeze_hash) IS DISTINCT FROM (NEW.root, NEW.total, NEW.freeze_hash))
          OR (OLD.result_hash IS NOT NULL AND
              (OLD.places, OLD.result_hash) IS DISTINCT FROM (NEW.places, NEW.result_hash))
          OR (OLD.void_hash IS NOT NULL AND OLD.void_hash IS DISTINCT FROM NEW.void_hash))
    EXECUTE FUNCTION refuse_change();
ALTER TABLE draw_seals
    DROP CONSTRAINT seals_one_result_or_void,
    DROP CONSTRAINT seals_result_of_a_frozen_list,
    DROP CONSTRAINT seals_signature_with_result,
    DROP CONSTRAINT seals_beacon_whole;
DROP TRIGGER never_emptied ON beacon_rounds;
DROP TRIGGER never_changed ON beacon_rounds;
ALTER TABLE beacon_rounds DROP CONSTRAINT beacon_rounds_lengths;
