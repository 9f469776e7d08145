-- Seals are written once, column by column. Only the secrets may be encrypted anew; what they are is held by
-- `seed_commit` and by the frozen list, which check_integrity makes again.
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE ON draw_seals FOR EACH ROW
    WHEN ((OLD.draw_id, OLD.seq, OLD.draw_uid, OLD.closes_at, OLD.list_by,
           OLD.freeze_by, OLD.terms, OLD.seed_commit, OLD.open_hash, OLD.chain_hash, OLD.scheme, OLD.round)
          IS DISTINCT FROM
          (NEW.draw_id, NEW.seq, NEW.draw_uid, NEW.closes_at, NEW.list_by,
           NEW.freeze_by, NEW.terms, NEW.seed_commit, NEW.open_hash, NEW.chain_hash, NEW.scheme, NEW.round)
          OR (OLD.server_seed IS NOT NULL AND OLD.server_seed IS DISTINCT FROM NEW.server_seed)
          OR (OLD.freeze_hash IS NOT NULL AND
              (OLD.root, OLD.total, OLD.freeze_hash) IS DISTINCT FROM (NEW.root, NEW.total, NEW.freeze_hash))
          OR (OLD.signature IS NOT NULL AND OLD.signature IS DISTINCT FROM NEW.signature)
          OR (OLD.result_hash IS NOT NULL AND
              (OLD.places, OLD.result_hash) IS DISTINCT FROM (NEW.places, NEW.result_hash))
          OR (OLD.void_hash IS NOT NULL AND OLD.void_hash IS DISTINCT FROM NEW.void_hash)
          OR (OLD.list_told_at IS NOT NULL AND OLD.list_told_at IS DISTINCT FROM NEW.list_told_at))
    EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON draw_seals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON draw_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- That everyone was written to is noted as it happens.
CREATE OR REPLACE TRIGGER guard_times BEFORE UPDATE OF list_told_at ON draw_seals FOR EACH ROW
    WHEN (NEW.list_told_at IS DISTINCT FROM OLD.list_told_at AND NOT happens_now(NEW.list_told_at))
    EXECUTE FUNCTION refuse_other_time();

CREATE OR REPLACE FUNCTION seals_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM draw_seals) THEN
        RAISE EXCEPTION 'Published draws are counted without a gap.' USING ERRCODE = 'L11GS';
    END IF;
    IF (NEW.chain_hash IS NOT NULL) <> (SELECT fairness_mode = 'beacon' FROM draws WHERE id = NEW.draw_id) THEN
        RAISE EXCEPTION 'A beacon is sealed with a draw in beacon mode, and with no other.' USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_seal BEFORE INSERT ON draw_seals FOR EACH ROW EXECUTE FUNCTION seals_check();

-- The seed that is published is the one whose fingerprint was sealed (section 1 of the protocol).
CREATE OR REPLACE FUNCTION seals_check_seed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seed_commit IS DISTINCT FROM sha256(int2send(14::int2) || 'lucky11/1/seed'::bytea
            || int4send(16) || NEW.draw_uid || int4send(32) || NEW.server_seed) THEN
        RAISE EXCEPTION 'The published seed of a draw is the one that was sealed.' USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_seed BEFORE UPDATE OF server_seed ON draw_seals FOR EACH ROW
    WHEN (OLD.server_seed IS NULL AND NEW.server_seed IS NOT NULL) EXECUTE FUNCTION seals_check_seed();

-- The one signature of a draw's round is the one that was verified when it was obtained.
CREATE OR REPLACE FUNCTION seals_check_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM beacon_rounds b
    WHERE b.chain_hash = NEW.chain_hash AND b.round = NEW.round AND b.signature = NEW.signature;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The signature of a draw is the one obtained for its own round.' USING ERRCODE = 'L11GS';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_signature BEFORE INSERT OR UPDATE OF signature ON draw_seals FOR EACH ROW
    WHEN (NEW.signature IS NOT NULL) EXECUTE FUNCTION seals_check_signature();

-- undo

DROP TRIGGER check_seed ON draw_seals;
DROP FUNCTION seals_check_seed();
DROP TRIGGER check_signature ON draw_seals;
DROP FUNCTION seals_check_signature();
DROP TRIGGER check_seal ON draw_seals;
DROP FUNCTION seals_check();
DROP TRIGGER guard_times ON draw_seals;
DROP TRIGGER never_emptied ON draw_seals;
DROP TRIGGER never_removed ON draw_seals;
DROP TRIGGER never_changed ON draw_seals;
