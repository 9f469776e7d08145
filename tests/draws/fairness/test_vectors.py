"""Every known answer of protocol v1, recomputed step by step."""

import hashlib
import json
from itertools import islice
from pathlib import Path

import pytest

from draws import fairness

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "fairness_vectors.json").read_text("utf-8"))
KNOWN = VECTORS["lucky11_draw_v1"]
GENESIS, PERIOD = 1692803367, 3  # the beacon chain whose rounds the known draws waited for


@pytest.fixture(params=KNOWN["cases"], ids=lambda case: case["name"])
def case(request):
    return request.param


@pytest.fixture
def proof(case):
    return case["proof"]


@pytest.fixture
def mode(proof):
    return fairness.Mode.from_label(proof["open"]["mode"])


@pytest.fixture
def seed(proof):
    return bytes.fromhex(proof["server_seed"])


@pytest.fixture
def refs(proof):
    return [bytes.fromhex(ref) for ref in proof["entries"]]


@pytest.fixture
def signature(proof):
    return bytes.fromhex(proof["beacon"]["signature"]) if proof["beacon"] else b""


@pytest.fixture
def record(proof, mode):
    published = proof["open"]
    beacon = published["beacon"]
    return fairness.OpenRecord(
        draw_id=bytes.fromhex(proof["draw_id"]),
        seq=published["seq"],
        mode=mode,
        closes_at=published["closes_at"],
        freeze_by=published["freeze_by"],
        beacon=beacon
        and fairness.BeaconRound(bytes.fromhex(beacon["chain_hash"]), beacon["scheme"], beacon["round"]),
        winners=published["winners"],
        reserves=published["reserves"],
        policy=fairness.Policy.from_label(published["policy"]),
        terms=fairness.canonical_terms(published["terms"]),
        seed_commit=bytes.fromhex(published["seed_commit"]),
    )


def test_all_known_draws_are_checked_here():
    cases = KNOWN["cases"]
    assert len(cases) == 8
    assert {case["proof"]["open"]["mode"] for case in cases} == {"beacon", "local"}
    assert {case["proof"]["open"]["policy"] for case in cases} == {policy.label for policy in fairness.Policy}


def test_a_tagged_hash_is_sha256_over_lengths_and_parts():
    by_hand = b"\x00\x0elucky11/1/seed" + b"\x00\x00\x00\x02ab" + b"\x00\x00\x00\x00" + b"\x00\x00\x00\x01c"
    assert fairness.tagged("seed", b"ab", b"", b"c") == hashlib.sha256(by_hand).digest()


def test_the_terms_have_one_text(proof):
    terms = proof["open"]["terms"]
    text = fairness.canonical_terms(terms)
    assert text == json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert fairness.parse_terms(text) == terms
    assert fairness.canonical_terms(dict(reversed(terms.items()))) == text


def test_the_seed_was_promised_before_the_first_ticket(proof, seed):
    draw_id = bytes.fromhex(proof["draw_id"])
    assert fairness.seed_commit(draw_id, seed).hex() == proof["open"]["seed_commit"]


def test_the_open_hash_is_the_published_one(proof, record):
    assert record.open_hash().hex() == proof["open"]["open_hash"]


def test_the_round_follows_from_the_freeze(proof):
    if beacon := proof["open"]["beacon"]:
        assert fairness.draw_round(proof["open"]["freeze_by"], GENESIS, PERIOD) == beacon["round"]
        assert proof["beacon"]["round"] == beacon["round"]


@pytest.mark.parametrize(
    ("seconds_after_genesis", "expected"),
    [(-9, 1), (0, 1), (1, 2), (2, 2), (3, 2), (4, 3), (6, 3), (7, 4), (366, 123)],
)
def test_a_time_has_the_first_round_that_is_not_before_it(seconds_after_genesis, expected):
    assert fairness.beacon_round(GENESIS + seconds_after_genesis, GENESIS, PERIOD) == expected


def test_a_draw_waits_for_a_round_a_minute_after_its_freeze():
    assert fairness.draw_round(GENESIS, GENESIS, PERIOD) == 21
    assert fairness.draw_round(GENESIS + 1, GENESIS, PERIOD) == 22


def test_a_player_finds_their_own_ticket_with_their_salt(case, proof):
    opening = case["opening"]
    salt = fairness.entry_salt(bytes.fromhex(opening["entry_secret"]), opening["user_id"])
    assert salt.hex() == opening["salt"]
    ref = fairness.entry_ref(bytes.fromhex(proof["draw_id"]), salt, opening["user_id"])
    assert ref.hex() == opening["ref"]
    assert opening["ref"] in proof["entries"]


def test_every_ticket_belongs_to_a_player(case, proof):
    draw_id = bytes.fromhex(proof["draw_id"])
    secret = bytes.fromhex(case["opening"]["entry_secret"])
    players = [f"player-{number}" for number in range(120)]
    known = {fairness.entry_ref(draw_id, fairness.entry_salt(secret, name), name).hex() for name in players}
    assert set(proof["entries"]) <= known


def test_the_tree_over_all_tickets_has_the_published_root(proof, refs):
    assert fairness.ticket_root(refs).hex() == proof["freeze"]["root"]
    assert len(refs) == proof["freeze"]["total"]


def test_the_winning_ticket_is_in_the_tree(case, proof, refs):
    inclusion = case["inclusion"]
    index = inclusion["index"]
    node = fairness.leaf_hash(fairness.ticket_leaf(index, refs[index]))
    assert node.hex() == inclusion["leaf_hash"]
    last = len(refs) - 1
    for sibling in map(bytes.fromhex, inclusion["path"]):
        while index == last and not index & 1:
            index, last = index >> 1, last >> 1
        node = fairness.node_hash(sibling, node) if index & 1 else fairness.node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    assert node.hex() == proof["freeze"]["root"]


def test_the_freeze_hash_is_the_published_one(proof, mode, record, refs, seed):
    root = fairness.ticket_root(refs)
    frozen = fairness.freeze_hash(mode, record.open_hash(), root, len(refs), seed)
    assert frozen.hex() == proof["freeze"]["freeze_hash"]


def test_the_numbers_rolled_are_the_known_ones(case, proof, mode, seed, signature):
    prk = fairness.pick_key(mode, bytes.fromhex(proof["freeze"]["freeze_hash"]), signature, seed)
    assert prk.hex() == case["prk"]
    rolled = list(islice(fairness.candidates(prk, proof["freeze"]["total"]), len(case["candidates"])))
    assert rolled == case["candidates"]
    assert rolled[-1] == proof["winners"][-1]


def test_the_winners_are_the_published_ones(case, proof, record, refs):
    rules = {"winners": record.winners, "reserves": record.reserves, "policy": record.policy}
    prk = bytes.fromhex(case["prk"])
    assert fairness.pick_winners(prk, refs, **rules) == proof["winners"]
    assert fairness.pick_winners(prk, refs, **rules, holders=len(set(refs))) == proof["winners"]


def test_the_result_hash_is_the_published_one(proof, mode, seed, signature):
    frozen = bytes.fromhex(proof["freeze"]["freeze_hash"])
    result = fairness.result_hash(mode, frozen, signature, seed, proof["winners"])
    assert result.hex() == proof["result_hash"]


def test_the_log_chains_this_draws_records(proof):
    hashes = [proof["open"]["open_hash"], proof["freeze"]["freeze_hash"], proof["result_hash"]]
    assert [entry["kind"] for entry in proof["log"]] == ["open", "freeze", "result"]
    assert [entry["record_hash"] for entry in proof["log"]] == hashes
    head = proof["log"][0]["prev"]
    for entry in proof["log"]:
        assert entry["prev"] == head
        record_hash = bytes.fromhex(entry["record_hash"])
        head = fairness.log_head(
            bytes.fromhex(head), entry["n"], entry["time"], entry["kind"], record_hash
        ).hex()
        assert entry["head"] == head


def test_the_log_starts_from_the_sites_address():
    head = fairness.site_head(KNOWN["origin"])
    assert head.hex() == KNOWN["head_0"] == KNOWN["cases"][0]["proof"]["log"][0]["prev"]


@pytest.mark.parametrize("void", KNOWN["voids"], ids=lambda void: void["code"])
def test_a_draw_without_winners_leaves_a_void_record(void):
    frozen = void["freeze_hash"] and bytes.fromhex(void["freeze_hash"])
    code = fairness.VoidCode.from_label(void["code"])
    record_hash = fairness.void_hash(bytes.fromhex(void["open_hash"]), frozen, code, void["reason"])
    assert record_hash.hex() == void["record_hash"]


def test_a_prize_nobody_claimed_leaves_a_redraw_record():
    redraw = KNOWN["redraw"]
    result = bytes.fromhex(redraw["result_hash"])
    record_hash = fairness.redraw_hash(result, redraw["failed"], redraw["reserve"], redraw["reason"])
    assert record_hash.hex() == redraw["record_hash"]


def test_choices_have_the_numbers_and_names_of_the_protocol():
    def named(kind):
        return {member.label: int(member) for member in kind}

    assert named(fairness.Mode) == {"beacon": 1, "local": 2}
    assert named(fairness.Policy) == {"one_prize_per_player": 1, "one_prize_per_ticket": 2}
    codes = ["no_tickets", "below_minimum", "cancelled", "not_frozen_in_time", "beacon_missing"]
    assert named(fairness.VoidCode) == {code: number for number, code in enumerate(codes, 1)}
