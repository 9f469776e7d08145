"""A draw is checked in time too: nothing before it could be, nothing later than promised, no void at will."""

import random

import pytest

from draws.fairness import QUICKNET
from draws.fairness import lucky11_verify as verifier
from tests.support.fairness_documents import document, documents, text
from tests.support.fairness_stories import DAY, retimed, sealed_again, stories

CLOSES, BY, DUE = "closes_at", "freeze_by", "due"


def one(outcome, beacon):
    """A draw that ended so, with or without a beacon, and without re-draws."""
    for seed in range(3_000):
        found = document(seed)
        kinds = [row["kind"] for row in found.document["log"]]
        if (found.outcome, bool(found.chain)) == (outcome, beacon) and "redraw" not in kinds:
            return found
    raise AssertionError(outcome)


def moment(found, name):
    opened = found.document["open"]
    if name == DUE:
        return (found.chain or QUICKNET).round_time(opened["beacon"]["round"])
    return opened[name]


def judged(found, changed):
    return verifier.check(text(changed), chain=found.chain or QUICKNET)


def sentence_of(report):
    return next(step.sentence for step in report.steps if step.verdict == "fail")


# How the draw ended, with a beacon or not; which record moves, and to how many seconds after which moment;
# the step that fails, if one does.
TIMES = [
    ("drawn", True, "open", CLOSES, 0, None),
    ("drawn", True, "open", CLOSES, 1, "timing"),
    ("drawn", True, "freeze", CLOSES, 0, None),
    ("drawn", True, "freeze", CLOSES, -1, "timing"),
    ("drawn", True, "freeze", BY, 0, None),
    ("drawn", True, "freeze", BY, 1, "timing"),
    ("drawn", True, "result", DUE, -3, None),
    ("drawn", True, "result", DUE, -4, "timing"),
    ("drawn", False, "freeze", CLOSES, -1, "timing"),
    ("drawn", False, "freeze", BY, 1, "timing"),
    ("drawn", False, "result", CLOSES, -1, "timing"),
    ("beacon_missing", True, "void", DUE, 7 * DAY, None),
    ("beacon_missing", True, "void", DUE, 7 * DAY - 1, "void"),
    ("cancelled", True, "void", CLOSES, -1, None),
    ("cancelled", False, "void", CLOSES, 0, "void"),
    ("no_tickets", False, "void", CLOSES, 0, None),
    ("no_tickets", True, "void", CLOSES, -1, "void"),
    ("below_minimum", False, "void", CLOSES, 0, None),
    ("below_minimum", False, "void", CLOSES, -1, "void"),
    ("not_frozen_in_time", True, "void", CLOSES, 0, None),
    ("not_frozen_in_time", False, "void", CLOSES, -1, "void"),
    ("not_frozen_in_time", False, "void", BY, 0, None),
    ("not_frozen_in_time", False, "void", BY, -1, "void"),
]


@pytest.mark.parametrize(("outcome", "beacon", "kind", "name", "after", "failed"), TIMES)
def test_each_record_is_dated_when_it_could_be_made(outcome, beacon, kind, name, after, failed):
    found = one(outcome, beacon)
    others = {row["kind"]: row["time"] for row in found.document["log"]}
    at = moment(found, name) + after
    if kind == "void":
        others["open"] = min(others["open"], at)
    if kind == "open":
        others |= {"freeze": max(at, others["freeze"]), "result": max(at, others["result"])}
    changed = retimed(found, **(others | {kind: at}))
    assert judged(found, changed).failed == failed


def test_records_that_run_backwards_in_time_fail():
    found = one("drawn", False)
    times = {row["kind"]: row["time"] for row in found.document["log"]}
    report = judged(found, retimed(found, result=times["freeze"] - 1))
    assert report.failed == "timing"
    assert "dated earlier than the one before it" in sentence_of(report)


@pytest.mark.parametrize("code", ["no_tickets", "below_minimum", "cancelled", "not_frozen_in_time"])
def test_a_frozen_draw_is_void_for_nothing_but_a_missing_round(code):
    found = one("beacon_missing", True)
    found.document["void"]["code"] = code
    report = judged(found, sealed_again(found))
    assert (report.failed, sentence_of(report)) == (
        "void",
        "For this reason a draw cannot be void once its list is frozen.",
    )


def test_an_operator_run_draw_can_miss_no_round():
    found = one("no_tickets", False)
    found.document["void"]["code"] = "beacon_missing"
    assert judged(found, sealed_again(found)).failed == "void"


def test_a_draw_without_a_minimum_cannot_miss_it():
    found = one("no_tickets", False)
    found.document["void"]["code"] = "below_minimum"
    found.document["open"]["terms"]["min_participants"] = 1
    assert judged(found, sealed_again(found)).failed == "void"
    found.document["open"]["terms"]["min_participants"] = 2
    assert judged(found, sealed_again(found)).passed


def test_sealing_a_document_again_changes_nothing():
    for found in documents(6, 60):
        assert sealed_again(found) == found.document, found.outcome


@pytest.mark.usefixtures("rounds_once")
def test_changed_stories_fail_at_the_two_steps_that_look_at_time_or_pass():
    chance, failed = random.Random(5), set()
    for found in documents(7, 60):
        for what, changed in stories(found, chance, 10):
            outcome = judged(found, changed).failed
            assert outcome in (None, "timing", "void"), (found.outcome, what, outcome)
            failed.add(outcome)
    assert failed == {None, "timing", "void"}
