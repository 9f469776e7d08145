"""Finished draws of every kind hold, every value computed anew; what the checker reads it reads strictly."""

import json
from collections import Counter

import pytest

from draws.fairness import QUICKNET, Policy, VoidCode, freeze_hash, pick_key, pick_winners
from draws.fairness import lucky11_verify as verifier
from tests.support import fairness_documents
from tests.support.known_draws import BEACON_CASES, FIVE, KNOWN, ROUNDS, verdicts, voided_after_freezing
from tests.support.signing import DEFAULT_SECRET, sign


@pytest.mark.parametrize("case", KNOWN["cases"], ids=lambda case: case["name"])
def test_every_known_document_holds_with_its_known_values(case):
    proof = case["proof"]
    for indent in (None, 1):
        report = verifier.check(json.dumps(proof, ensure_ascii=bool(indent), indent=indent).encode())
        assert report.failed is None
        assert verdicts(report) == ["pass"] * len(verifier.STEPS)
        assert report.values["prk"] == case["prk"]
        assert report.values["rolls"] == len(case["candidates"])
        assert report.values["winners"] == proof["winners"]
        assert report.values["root"] == proof["freeze"]["root"]
        assert report.values["heads"] == [record["head"] for record in proof["log"]]


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
        assert verdicts(report) == ["pass"] * len(verifier.STEPS), report.steps
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


def test_another_round_of_the_same_beacon_fails_at_beacon():
    other = BEACON_CASES[2]["proof"]["beacon"]
    assert other["round"] == 1001
    report = verifier.check(fairness_documents.text({**FIVE, "beacon": other}))
    assert (report.failed, report.steps[5].sentence) == (
        "beacon",
        "The round is not the one promised when the draw opened.",
    )


@pytest.mark.parametrize(
    ("n", "prev", "sentence"),
    [
        (6, "00" * 32, "The log's record 6 does not follow the one before it."),
        (5, FIVE["log"][1]["head"], "The log's records are not in the order of their numbers."),
        (4, FIVE["log"][1]["head"], "The log's records are not in the order of their numbers."),
    ],
)
def test_a_record_with_a_right_head_in_a_wrong_place_fails_at_log(n, prev, sentence):
    assert [row["n"] for row in FIVE["log"]] == [4, 5, 6]
    digest = bytes.fromhex(FIVE["result_hash"])
    moved = fairness_documents.record(n, 1_692_806_367, "result", digest, bytes.fromhex(prev))
    report = verifier.check(fairness_documents.text({**FIVE, "log": [*FIVE["log"][:2], moved]}))
    assert (report.failed, report.steps[11].sentence) == ("log", sentence)


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
