"""Prizes after the draw are replayed: to the next reserve only, in time, within the sealed bound."""

import copy
from typing import Any

import pytest

from draws import fairness
from draws.fairness import lucky11_verify as verifier
from tests.support.fairness_documents import DAY, Published, document, record, text
from tests.support.fairness_stories import sealed_again

NOT_CLAIMED, CLOSED, UNDERAGE = (
    "The prize was not claimed in time.",
    "The winner closed their account.",
    "The winner was disqualified: not old enough to play.",
)


def drawn(winners: int, reserves: int) -> Published:
    """An operator-run draw with so many places found, of which nothing is told after the result."""
    for seed in range(20_000):
        found = document(seed, later=True)
        doc = found.document
        places = (doc["open"]["winners"], len(doc["winners"] or ()) - doc["open"]["winners"])
        fits = places == (winners, reserves) and not found.chain and not found.redraws
        if fits and "disqualify" in doc["open"]["terms"]:
            return found
    raise AssertionError


def passed(found: Published, *passes: tuple[int, int | None, str, int], **terms: int) -> dict[str, Any]:
    """The draw's document after prizes passed from a place to another, for a reason, after so many days."""
    changed = copy.deepcopy(found)
    doc = changed.document
    doc["open"]["terms"] |= {"claim_days": 14, "disqualify": 1} | terms
    drawn_at = doc["log"][-1]["time"]
    for failed, to, reason, days in passes:
        code = fairness.PassCode.of(reason).label
        doc["passes"].append({"from": failed, "to": to, "code": code, "reason": reason})
        last = doc["log"][-1]
        kind = "redraw" if to is not None else "lapse"
        head = bytes.fromhex(last["head"])
        doc["log"].append(record(last["n"] + 1, drawn_at + days * DAY, kind, bytes(32), head))
    return sealed_again(changed)


def verdict(doc: dict[str, Any]) -> str | None:
    """None where the document passes, else the sentence of the step that fails, which is `passes`."""
    report = verifier.check(text(doc))
    assert report.failed in (None, "passes"), report.steps
    return report.steps[-1].sentence if report.failed else None


STEP_OF_VOID = verifier.STEPS.index("void")
ONE_PRIZE = {
    "nobody lost anything": ([], None),
    "not claimed in time": ([(0, 1, NOT_CLAIMED, 14)], None),
    "not claimed a day early": ([(0, 1, NOT_CLAIMED, 13)], "before the time to claim it was over"),
    "disqualified at once": ([(0, 1, UNDERAGE, 0)], None),
    "the account was closed at once": ([(0, 1, CLOSED, 0)], None),
    "a reserve skipped": (
        [(0, 2, NOT_CLAIMED, 14)],
        "not give the prize to the next reserve: that is place 2",
    ),
    "to nobody with reserves left": ([(0, None, NOT_CLAIMED, 14)], "not give the prize to the next reserve"),
    "from a reserve that never had it": ([(1, 2, NOT_CLAIMED, 14)], "from a place that has none"),
    "from the same winner twice": (
        [(0, 1, NOT_CLAIMED, 14), (0, 2, NOT_CLAIMED, 28)],
        "from a place that has none",
    ),
    "down the reserves, each in time": ([(0, 1, NOT_CLAIMED, 14), (1, 2, NOT_CLAIMED, 28)], None),
    "a reserve that had a day less": (
        [(0, 1, NOT_CLAIMED, 14), (1, 2, NOT_CLAIMED, 27)],
        "before the time to claim it was over",
    ),
    "down the reserves by staff's decision": (
        [(0, 1, UNDERAGE, 0), (1, 2, "Because.", 0)],
        "one more prize back than the draw's seal allows",
    ),
    "lapsed": ([(0, 1, UNDERAGE, 0), (1, 2, NOT_CLAIMED, 14), (2, None, NOT_CLAIMED, 28)], None),
    "to a reserve that does not exist": (
        [(0, 1, UNDERAGE, 0), (1, 2, NOT_CLAIMED, 14), (2, 3, NOT_CLAIMED, 28)],
        "not give the prize to the next reserve: that is nobody",
    ),
    "lapsed twice": (
        [(0, 1, CLOSED, 0), (1, 2, CLOSED, 0), (2, None, CLOSED, 0), (2, None, UNDERAGE, 1)],
        "from a place that has none",
    ),
}
ONE = drawn(1, 2)


@pytest.mark.parametrize("story", ONE_PRIZE)
def test_a_prize_goes_only_where_the_protocol_sends_it(story):
    passes, sentence = ONE_PRIZE[story]
    said = verdict(passed(ONE, *passes))
    assert said is None if sentence is None else sentence in said


def test_two_prizes_share_the_reserves_and_the_bound():
    two = drawn(2, 2)
    honest = [(1, 2, UNDERAGE, 0), (0, 3, CLOSED, 1), (2, None, NOT_CLAIMED, 14)]
    assert verdict(passed(two, *honest)) is None
    assert verdict(passed(two, *honest, disqualify=0)).endswith("than the draw's seal allows.")
    report = verifier.check(text(passed(two, *honest)))
    assert [(r.prize, r.failed, r.reserve) for r in report.redraws] == [(1, 1, 2), (0, 0, 3), (1, 2, None)]
    assert "That 1 winner closed their account is the site's word." in report.steps[-1].sentence


def test_a_code_that_is_not_the_reasons_own_is_refused():
    doc = passed(ONE, (0, 1, UNDERAGE, 0))
    doc["passes"][0]["code"] = "account_closed"
    assert verdict(doc).endswith("has another code than its reason.")


def test_a_record_that_the_document_does_not_open_is_refused():
    doc = passed(ONE, (0, 1, UNDERAGE, 0))
    doc["passes"][0]["reason"] = NOT_CLAIMED
    assert verdict(doc).endswith("of the log is not made from what the document says of it.")
    doc["passes"] = []
    assert verifier.check(text(doc)).failed == "log"


def void(code: str) -> Published:
    """An operator-run draw, opened under version 1.1, that was void for this reason with tickets to list."""
    return next(
        one
        for one in (document(seed, later=True) for seed in range(20_000))
        if one.outcome == code and not one.chain and "disqualify" in one.document["open"]["terms"]
    )


@pytest.mark.parametrize("code", ["below_minimum", "cancelled", "not_frozen_in_time"])
def test_who_would_have_won_a_void_draw_is_computed(code):
    found = void(code)
    report = verifier.check(text(found.document))
    opened = found.document["open"]
    frozen = report.document.list_hash()
    key = fairness.pick_key(fairness.Mode.LOCAL, frozen, b"", bytes.fromhex(found.document["server_seed"]))
    assert report.values["voided_winners"] == fairness.pick_winners(
        key,
        [bytes.fromhex(ref) for ref in found.document["entries"]],
        winners=opened["winners"],
        reserves=opened["reserves"],
        policy=fairness.Policy.from_label(opened["policy"]),
    )


def without_its_list(found: Published) -> dict[str, Any]:
    doc = copy.deepcopy(found.document) | {"entries": None, "listed": None, "server_seed": None}
    return sealed_again(Published(**{**vars(found), "document": doc}))


@pytest.mark.parametrize("code", ["below_minimum", "not_frozen_in_time"])
def test_a_void_draw_with_tickets_shows_its_list(code):
    report = verifier.check(text(without_its_list(void(code))))
    assert report.failed == "void"
    assert "had tickets, but the document does not list them" in report.steps[STEP_OF_VOID].sentence


def test_a_draw_that_opened_before_may_be_void_without_its_list():
    doc = without_its_list(void("below_minimum"))
    for key in ("claim_days", "disqualify"):
        del doc["open"]["terms"][key]
    report = verifier.check(text(sealed_again(Published(**{**vars(ONE), "document": doc}))))
    assert report.failed is None


@pytest.mark.parametrize(
    ("code", "fails"), [("below_minimum", True), ("cancelled", False), ("no_tickets", True)]
)
def test_a_list_allows_only_the_reason_that_it_shows(code, fails):
    found = void("not_frozen_in_time")
    doc = copy.deepcopy(found.document)
    doc["void"]["code"] = code
    if code == "cancelled":
        doc["log"][-1]["time"] = doc["log"][0]["time"]
    report = verifier.check(text(sealed_again(Published(**{**vars(found), "document": doc}))))
    assert report.failed == ("void" if fails else None)


def test_a_draw_that_was_opened_before_has_no_bound():
    doc = passed(ONE, (0, 1, UNDERAGE, 0), (1, 2, NOT_CLAIMED, 0))
    for key in ("claim_days", "disqualify"):
        del doc["open"]["terms"][key]
    assert verdict(sealed_again(Published(**{**vars(ONE), "document": doc}))) is None


def test_the_headline_says_that_a_document_of_version_1_opens_no_re_draw(tmp_path, capsys):
    found = next(
        one
        for one in map(document, range(9_000))
        if not one.chain and any(reason == "Under age." for _, _, reason in one.redraws)
    )
    (tmp_path / "proof.json").write_bytes(text(found.document))
    assert verifier.main([str(tmp_path / "proof.json")]) == 0
    assert f"PASS: {verifier.UNOPENED}." in capsys.readouterr().out
