"""Finished draws of every kind hold, every value computed anew; what the checker reads it reads strictly."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from draws.fairness import QUICKNET, Policy, VoidCode, freeze_hash, pick_key, pick_winners, void_hash
from draws.fairness import lucky11_verify as verifier
from tests import fairness_documents
from tests.signing import DEFAULT_SECRET, sign

VECTORS = Path(__file__).parents[1] / "vectors"
KNOWN = json.loads((VECTORS / "fairness_vectors.json").read_text("utf-8"))["lucky11_draw_v1"]
ROUNDS = json.loads((VECTORS / "drand_rounds.json").read_text("utf-8"))
BEACON_CASES = [case for case in KNOWN["cases"] if case["proof"]["beacon"]]


def verdicts(report: verifier.Report) -> list[str]:
    return [step.verdict for step in report.steps]


@pytest.mark.parametrize("case", KNOWN["cases"], ids=lambda case: case["name"])
def test_every_known_document_holds_with_its_known_values(case):
    proof = case["proof"]
    for indent in (None, 1):
        report = verifier.check(json.dumps(proof, ensure_ascii=bool(indent), indent=indent).encode())
        assert report.failed is None
        assert verdicts(report) == ["pass"] * 12
        assert report.values["prk"] == case["prk"]
        assert report.values["rolls"] == len(case["candidates"])
        assert report.values["winners"] == proof["winners"]
        assert report.values["root"] == proof["freeze"]["root"]
        assert report.values["heads"] == [record["head"] for record in proof["log"]]


def voided_after_freezing(case: dict[str, Any], reason: str = "round not seen for 7 days") -> dict[str, Any]:
    """A known draw as it would be if its round had not come."""
    proof: dict[str, Any] = json.loads(json.dumps(case["proof"]))
    digest = void_hash(
        bytes.fromhex(proof["open"]["open_hash"]),
        bytes.fromhex(proof["freeze"]["freeze_hash"]),
        VoidCode.BEACON_MISSING,
        reason,
    )
    proof["void"] = {"code": "beacon_missing", "reason": reason, "record_hash": digest.hex()}
    proof.update(beacon=None, winners=None, result_hash=None)
    last, frozen = proof["log"].pop(), proof["log"][-1]
    proof["log"].append(
        fairness_documents.record(last["n"], last["time"], "void", digest, bytes.fromhex(frozen["head"]))
    )
    return proof


def test_the_known_void_after_freezing_holds():
    proof = voided_after_freezing(KNOWN["cases"][0])
    assert proof["void"]["record_hash"] == KNOWN["voids"][2]["record_hash"]
    assert verifier.check(fairness_documents.text(proof)).passed


@pytest.mark.parametrize("case", BEACON_CASES, ids=lambda case: case["name"])
def test_anyone_with_the_round_sees_whom_a_void_hit(case):
    data = fairness_documents.text(voided_after_freezing(case))
    unknown = verifier.check(data)
    assert unknown.passed
    assert "voided_winners" not in unknown.values
    signature = bytes.fromhex(case["proof"]["beacon"]["signature"])
    known = verifier.check(data, round_signature=signature)
    assert known.passed
    assert known.values["voided_winners"] == case["proof"]["winners"]
    inside = {**voided_after_freezing(case), "beacon": case["proof"]["beacon"]}
    assert (
        verifier.check(fairness_documents.text(inside)).values["voided_winners"] == case["proof"]["winners"]
    )


def test_a_void_draw_tells_nothing_to_a_signature_of_another_round():
    data = fairness_documents.text(voided_after_freezing(BEACON_CASES[1]))
    other = bytes.fromhex(BEACON_CASES[2]["proof"]["beacon"]["signature"])
    report = verifier.check(data, round_signature=other)
    assert report.passed
    assert "voided_winners" not in report.values
    assert "not quicknet's signature" in (report.round_refused or "")


def check_random(seed: int, amount: int) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    for published in fairness_documents.documents(seed, amount):
        report = verifier.check(
            fairness_documents.text(published.document),
            chain=published.chain or QUICKNET,
            round_signature=published.signature or None,
            reasons=fairness_documents.REASONS,
        )
        assert verdicts(report) == ["pass"] * 12, report.steps
        assert [(one.failed, one.reserve, one.reason) for one in report.redraws] == published.redraws
        if published.outcome == "beacon_missing":
            assert report.values["voided_winners"]
        elif published.outcome == "drawn":
            assert report.values["winners"] == published.document["winners"]
        outcomes[published.outcome] += 1
    return outcomes


def test_random_draws_of_every_kind_hold():
    assert set(check_random(5, 120)) == {"drawn", *(code.label for code in VoidCode)}


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_two_thousand_random_draws_hold():
    assert sum(check_random(1, 2000).values()) == 2000


def test_a_redraw_whose_reason_is_unknown_is_shown_with_its_reserve_only():
    published = next(
        one for one in fairness_documents.documents(1, 500) if any("Under age." in row for row in one.redraws)
    )
    report = verifier.check(
        fairness_documents.text(published.document), chain=published.chain or QUICKNET, reasons=["Another."]
    )
    assert report.passed
    shown = {one.reserve: (one.failed, one.reason) for one in report.redraws}
    for failed, reserve, reason in published.redraws:
        written_by_the_site = reason in verifier.KNOWN_REASONS
        assert shown[reserve] == ((failed, reason) if written_by_the_site else (None, None))


def test_a_round_of_another_beacon_is_refused():
    published = next(one for one in fairness_documents.documents(1, 50) if one.chain not in (None, QUICKNET))
    report = verifier.check(fairness_documents.text(published.document))
    assert (report.failed, report.steps[4].sentence) == (
        "round",
        "The beacon is not quicknet, the one that is accepted.",
    )


def test_a_round_of_the_right_number_signed_by_another_key_is_refused():
    proof = json.loads(json.dumps(BEACON_CASES[1]["proof"]))
    proof["beacon"]["signature"] = sign(DEFAULT_SECRET, proof["beacon"]["round"]).hex()
    assert verifier.check(fairness_documents.text(proof)).failed == "beacon"


def resealed(proof, **changes):
    """The document with other parts of its open record and right hashes, as an operator would publish it."""
    changed = json.loads(json.dumps(proof))
    changed["open"].update(changes)
    doc = verifier.read_document(fairness_documents.text(changed))
    opened = doc.open.digest(doc.draw_id)
    frozen = freeze_hash(doc.open.mode, opened, doc.freeze.root, doc.freeze.total, doc.server_seed)
    changed["open"]["open_hash"], changed["freeze"]["freeze_hash"] = opened.hex(), frozen.hex()
    return fairness_documents.text(changed)


FIVE = BEACON_CASES[1]["proof"]


@pytest.mark.parametrize(
    ("limit", "value", "sentence"),
    [
        ("max_participants", 4, "The list has 5 tickets, more than the 4 allowed."),
        ("max_per_player", 0, "One player holds 1 ticket, more than the 0 allowed."),
        ("min_participants", 6, "The list has 5 tickets, fewer than the 6 needed."),
    ],
)
def test_a_list_beyond_the_published_terms_fails_at_limits(limit, value, sentence):
    report = verifier.check(resealed(FIVE, terms={**FIVE["open"]["terms"], limit: value}))
    assert (report.failed, report.steps[8].sentence) == ("limits", sentence)


@pytest.mark.parametrize(
    "forged",
    [case["signature"] for case in ROUNDS["invalid_cases"] if case["chain"] == "quicknet"],
    ids=lambda signature: signature[:8],
)
def test_a_forged_round_fails_at_beacon(forged):
    assert FIVE["beacon"]["round"] == 1000
    proof = {**FIVE, "beacon": {"round": 1000, "signature": forged}}
    assert verifier.check(fairness_documents.text(proof)).failed == "beacon"


@pytest.mark.parametrize("late", [-1, 3601])
def test_a_freezing_time_outside_its_window_fails_at_times(late):
    closes_at = FIVE["open"]["freeze_by"] - late
    assert verifier.check(resealed(FIVE, closes_at=closes_at)).failed == "times"


@pytest.mark.parametrize("late", [0, 3600])
def test_the_ends_of_the_window_are_inside(late):
    closes_at = FIVE["open"]["freeze_by"] - late
    assert verifier.check(resealed(FIVE, closes_at=closes_at)).failed == "winners"  # of another freeze hash


@pytest.mark.parametrize("step", [-1, 1])
def test_a_chosen_round_fails_at_round(step):
    beacon = {**FIVE["open"]["beacon"], "round": FIVE["open"]["beacon"]["round"] + step}
    report = verifier.check(resealed(FIVE, beacon=beacon))
    assert (report.failed, report.steps[4].sentence) == (
        "round",
        f"The round is {1000 + step}, but the draw's times give 1000.",
    )


def test_the_largest_times_fail_without_a_traceback():
    report = verifier.check(resealed(FIVE, closes_at=2**53 - 1, freeze_by=2**53 - 1))
    assert report.failed == "round"


def test_a_seed_that_was_not_promised_fails_at_seed():
    proof = {**FIVE, "server_seed": "00" * 32}
    assert verifier.check(fairness_documents.text(proof)).failed == "seed"


def test_a_ticket_left_out_or_repeated_fails_at_entries_even_with_its_total():
    for entries in (FIVE["entries"][:-1], [*FIVE["entries"], FIVE["entries"][-1]]):
        proof = {**FIVE, "entries": entries, "freeze": {**FIVE["freeze"], "total": len(entries)}}
        assert verifier.check(fairness_documents.text(proof)).failed == "entries"


def test_one_holder_of_nearly_all_tickets_wins_once():
    """99,997 of 100,000 tickets are one player's, and there are three places: most rolls win nothing."""
    published = fairness_documents.crowd(total=100_000, holders=4, winners=3, seed=3)
    report = verifier.check(fairness_documents.text(published.document))
    assert report.passed
    assert report.values["rolls"] > 10_000
    refs = [published.document["entries"][index] for index in report.values["winners"]]
    assert len(set(refs)) == 3


def test_the_checker_draws_as_the_site_draws():
    doc = verifier.read_document(fairness_documents.text(FIVE))
    key = pick_key(doc.open.mode, doc.freeze.freeze_hash, doc.beacon.signature, doc.server_seed)
    assert (
        pick_winners(key, doc.entries, winners=1, reserves=0, policy=Policy.ONE_PRIZE_PER_PLAYER)
        == doc.winners
    )


NOT_JSON = {
    "nothing": b"",
    "spaces": b" \n\t",
    "a list": b"[]",
    "a number": b"5",
    "an end": b"}",
    "only an opening": b"{",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "zeros": bytes(100_000),
    "not UTF-8": b"\xff\xfe{",
    "UTF-16": "{}".encode("utf-16"),
    "a key without quotes": b"{v:1}",
    "single quotes": b"{'v':1}",
    "an endless text": b'{"v":"' + b"a" * 1000,
    "an endless escape": b'{"v":"\\',
    "a comment": b"{/**/}",
    "a second document": fairness_documents.text(FIVE) * 2,
    "a word after it": fairness_documents.text(FIVE) + b"null",
}


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_no_json_is_unreadable(data):
    report = verifier.check(data)
    assert (report.failed, report.unreadable) == ("document", True)
    assert verdicts(report) == ["fail", *["skipped"] * 11]
    assert report.steps[0].sentence.endswith(".")


@pytest.mark.parametrize("deep", [b"[", b'{"v":', b'{"open":'], ids=repr)
def test_deep_nesting_is_refused_at_once(deep):
    report = verifier.check(b'{"v":' + deep * 1_000_000)
    assert report.failed == "document"


def test_a_document_of_more_than_256_megabytes_is_not_read():
    report = verifier.check(bytes(verifier.MAX_DOCUMENT + 1))
    assert (report.failed, report.unreadable) == ("document", True)
    assert "more than 268435456 bytes" in report.steps[0].sentence


def test_spaces_and_escapes_change_nothing():
    spaced = json.dumps(FIVE, indent="\t", separators=(" ,\r\n", " : ")).encode()
    assert verifier.check(b"\n " + spaced + b"\n").passed


def test_lists_of_any_layout_are_read_alike():
    refs = fairness_documents.crowd(total=10_000, holders=4, winners=1, seed=1).document["entries"]
    for separator in (",", ",\n", ", ", " ,", "\n\n,\n"):
        data = "[" + separator.join(f'"{ref}"' for ref in refs) + "]"
        reader = verifier.Reader(data.encode())
        assert [ref.hex() for ref in reader.refs()] == refs
        reader.end()


@pytest.mark.parametrize("at", [0, 1, 4095, 4096, 4097, 9999])
@pytest.mark.parametrize(
    "wrong", ["", "00", "A" * 64, "g" * 64, "0" * 63, "0" * 65, 5, None, True, ["0" * 64]]
)
def test_a_wrong_ticket_is_named_wherever_it_stands(at, wrong):
    refs: list = ["ab" * 32] * 10_000
    refs[at] = wrong
    with pytest.raises(verifier.BadDocument, match=rf"entries\[{at}\]. is not 64 digits"):
        verifier.Reader(json.dumps(refs, separators=(",", ":")).encode()).refs()
