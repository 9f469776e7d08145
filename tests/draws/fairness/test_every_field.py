"""No field of a public document is only told: each is held by a step, alone and when all hashes follow it.

What a change gives when every hash is made anew from it is one of three: a step that fails; `SEALED`, another
story that could have been, under another head of the log, which everybody who kept one notices; or `DERIVED`,
the document from before, because the field is itself made from others.
"""

import json
from collections import defaultdict
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from draws.fairness import QUICKNET
from draws.fairness import lucky11_verify as verifier
from tests.support.fairness_documents import Published, document, log_text, site, text
from tests.support.fairness_mutations import LABELS, PASS_CODES, put, walk
from tests.support.fairness_stories import sealed_again
from tests.support.log_stories import relinked

SEALED, DERIVED = "sealed", "derived"
TERMS = "open.terms"
# The step that fails when the field alone is changed, and what may come of it once all hashes follow.
FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "v": ({"document"}, {"document"}),
    "draw_id": ({"seed", "open"}, {SEALED}),
    "open.seq": ({"open"}, {SEALED}),
    "open.mode": ({"document"}, {"document"}),
    "open.closes_at": ({"open"}, {SEALED, "times", "timing", "void"}),
    "open.freeze_by": ({"open"}, {SEALED, "times", "round", "timing", "void"}),
    "open.beacon": ({"document"}, {"document"}),
    "open.beacon.chain_hash": ({"open"}, {"round"}),
    "open.beacon.scheme": ({"open"}, {"round"}),
    "open.beacon.round": ({"open"}, {"round"}),
    "open.winners": ({"open", "document"}, {SEALED, "document", "log", "passes"}),
    "open.reserves": ({"open", "document"}, {SEALED, "document", "log", "passes"}),
    "open.policy": ({"open"}, {SEALED, "log", "passes"}),
    f"{TERMS}.title": ({"open"}, {SEALED}),
    f"{TERMS}.prize_amount": ({"open"}, {SEALED}),
    f"{TERMS}.prize_coins": ({"open", "document"}, {SEALED, "document"}),
    f"{TERMS}.entry_fee": ({"open"}, {SEALED}),
    f"{TERMS}.max_participants": ({"open"}, {SEALED, "limits"}),
    f"{TERMS}.max_per_player": ({"open"}, {SEALED, "limits"}),
    f"{TERMS}.min_participants": ({"open"}, {SEALED, "limits", "void"}),
    f"{TERMS}.claim_days": ({"open"}, {SEALED, "passes"}),
    f"{TERMS}.disqualify": ({"open"}, {SEALED, "passes"}),
    "open.seed_commit": ({"seed", "open"}, {DERIVED, SEALED}),
    "open.open_hash": ({"open"}, {DERIVED}),
    "server_seed": ({"seed", "document"}, {SEALED, "document"}),
    "entries[]": ({"entries"}, {SEALED, "limits", "log", "passes"}),
    "listed.root": ({"entries"}, {DERIVED}),
    "listed.total": ({"entries"}, {"entries"}),
    "freeze.root": ({"entries"}, {DERIVED}),
    "freeze.total": ({"entries"}, {"entries"}),
    "freeze.freeze_hash": ({"freeze"}, {DERIVED}),
    "beacon": ({"document"}, {"document", SEALED}),
    "beacon.round": ({"beacon"}, {"beacon"}),
    "beacon.signature": ({"beacon"}, {"beacon"}),
    "winners[]": ({"winners"}, {DERIVED}),
    "result_hash": ({"result", "document"}, {DERIVED, "document"}),
    "void.code": ({"result"}, {SEALED, "void"}),
    "void.reason": ({"result", "document"}, {SEALED, "document"}),
    "void.record_hash": ({"result"}, {DERIVED}),
    "passes[].from": ({"passes"}, {"passes", SEALED}),
    "passes[].to": ({"passes"}, {"passes"}),
    "passes[].code": ({"passes"}, {"passes"}),
    "passes[].reason": ({"passes"}, {"passes", SEALED}),
    "log[].n": ({"log"}, {SEALED, "log"}),
    "log[].time": ({"log"}, {SEALED, "timing", "void", "passes"}),
    "log[].kind": ({"log", "document"}, {"log", "document", DERIVED}),
    "log[].record_hash": ({"log"}, {DERIVED}),
    # What a re-draw's hash is made from is not in a document of version 1; the report says so.
    "log[redraw].record_hash": ({"log"}, {SEALED, DERIVED}),
    "log[].prev": ({"log"}, {SEALED, DERIVED}),
    "log[].head": ({"log"}, {DERIVED}),
}
KINDS = [
    (outcome, beacon, redraws, later)
    for outcome in ("drawn", "cancelled", "no_tickets", "below_minimum", "not_frozen_in_time")
    for beacon in (True, False)
    for redraws in ((True, False) if outcome == "drawn" else (False,))
    for later in (False, True)
] + [("beacon_missing", True, False, False)]


@cache
def one(outcome: str, beacon: bool, redraws: bool, later: bool) -> Published:
    """The first random draw that is small and ended so; with `later` its document is of version 1.1."""
    for seed in range(9_000):
        found = document(seed, later)
        if later and "disqualify" not in found.document["open"]["terms"]:
            continue
        kind = (found.outcome, bool(found.chain), bool(found.redraws))
        if later and redraws and {row["kind"] for row in found.document["log"]} < {"redraw", "lapse"}:
            continue
        if kind == (outcome, beacon, redraws) and len(found.document["entries"] or "four") in range(3, 30):
            return found
    raise AssertionError


def named(doc: dict[str, Any], path: tuple[Any, ...]) -> str:
    """The field's name in FIELDS: an item of a list has the list's."""
    words = ""
    for at, part in enumerate(path):
        if isinstance(part, str):
            words += f".{part}"
        else:
            row = doc["log"][part] if path[at - 1] == "log" else {}
            words += (
                "[redraw]" if row.get("kind") in ("redraw", "lapse") and path[-1] == "record_hash" else "[]"
            )
    return words[1:]


def others(path: tuple[Any, ...], value: Any) -> list[Any]:
    """Other values of the field's own form."""
    if isinstance(value, int):
        return [value + 1, *([value - 1] if value else [])]
    key = path[-1]
    if path[0] == "passes" and key == "code":
        return [label for label in PASS_CODES if label != value]
    if key in LABELS:
        return [label for label in LABELS[str(key)] if label != value]
    if key == "v":
        return [value + "x", *({"lucky11-draw/1", "lucky11-draw/1.1"} - {value})]
    if key == "prize_amount":
        return ["9" + value]
    if key in ("scheme", "title", "reason"):
        return [value + "x"]
    return [value[:-1] + ("1" if value[-1] == "0" else "0"), ("1" if value[0] == "0" else "0") + value[1:]]


def told(published: Published, doc: dict[str, Any]) -> str | None:
    """The step that fails; None if the document passes."""
    return verifier.check(text(doc), chain=published.chain or QUICKNET).failed


def after_sealing(published: Published, changed: dict[str, Any]) -> str:
    """What a change gives once every hash follows it."""
    original = published.document
    again = sealed_again(Published(**{**vars(published), "document": deepcopy(changed)}))
    if again == original:
        return DERIVED
    failed = told(published, again)
    if failed is None:
        assert heads(again) != heads(original)
    return failed or SEALED


def heads(doc: dict[str, Any]) -> list[str]:
    """The heads that people may have kept."""
    return [row["head"] for row in doc["log"]]


def changes(published: Published) -> list[tuple[str, dict[str, Any]]]:
    """Every field's name, with the document in which it alone is another."""
    doc = published.document
    return [
        (named(doc, path), put(doc, path, other))
        for path, value in walk(doc, ())
        if path and not isinstance(value, dict | list | None.__class__)
        for other in others(path, value)
    ]


@pytest.mark.usefixtures("rounds_once")
def test_each_field_of_a_draws_document_is_held_by_a_step():
    wrong = defaultdict(list)
    seen = set()
    for kind in KINDS:
        published = one(*kind)
        assert told(published, published.document) is None
        for name, changed in changes(published):
            alone, again = FIELDS[name]
            seen.add(name)
            failed = told(published, changed)
            if failed not in alone:
                wrong[name].append((kind, "alone", failed))
            outcome = "document" if failed == "document" else after_sealing(published, changed)
            if outcome not in again:
                wrong[name].append((kind, "again", outcome))
    assert dict(wrong) == {}
    assert seen == set(FIELDS) - {"open.beacon", "beacon"}


NULLS = (
    *("open.beacon", "server_seed", "entries", "freeze", "beacon", "winners", "result_hash", "void"),
    *("listed", "passes"),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("rounds_once")
def test_no_part_can_be_left_out_or_put_in(kind):
    published = one(*kind)
    doc = published.document
    drawn, cancelled = (one(outcome, True, False, True).document for outcome in ("drawn", "cancelled"))
    spare = {key: value for key, value in drawn.items() if value is not None}
    spare["void"], spare["listed"] = cancelled["void"], cancelled["listed"]
    if published.signature:
        # Its own round, which was not needed.
        due = doc["open"]["beacon"]["round"]
        spare["beacon"] = {"round": due, "signature": published.signature.hex()}
    for name in NULLS:
        path = tuple(name.split("."))
        holder = doc["open"] if path[0] == "open" else doc
        there = holder.get(path[-1]) is not None
        instead = None if there else spare.get(name, spare["open"]["beacon"])
        # Anybody may put the round in that a void draw never had, and see who would have won.
        if name == "beacon" and doc["void"] and doc["entries"]:
            continue
        assert told(published, put(doc, path, instead)) is not None, name


PUBLISHED, LOG = site(7, 12, later=True)
LOG_FIELDS = {
    "v": {"fails"},
    "origin": {SEALED},
    "head": {DERIVED},
    "records[].n": {DERIVED},
    "records[].time": {SEALED, "fails"},
    "records[].kind": {SEALED, "fails"},
    "records[].record_hash": {SEALED},
    "records[].prev": {DERIVED},
    "records[].head": {DERIVED},
    "records[].seq": {"fails"},
    # The one field that no hash covers, as the report says; a draw's own document covers it.
    "records[].draw_id": {"fails"},
}


def log_fails(log: dict[str, Any]) -> bool:
    return verifier.check_log(log_text(log)).failed is not None


def test_each_field_of_the_log_is_held():
    seen = set()
    assert not log_fails(LOG)
    for path, value in walk(LOG, ()):
        for other in others(path, value) if path and not isinstance(value, dict | list) else ():
            name = ".".join(map(str, path)).replace(".0.", "[].").replace(".1.", "[].")
            name = name.replace(f".{len(LOG['records']) - 1}.", "[].")
            changed = put(LOG, path, other)
            assert log_fails(changed), name
            again = relinked(changed)
            outcome = DERIVED if again == LOG else "fails" if log_fails(again) else SEALED
            assert outcome in LOG_FIELDS[name], (name, other)
            assert outcome != SEALED or again["head"] != LOG["head"]
            seen.add(name)
    assert seen == set(LOG_FIELDS)


def test_which_draw_a_record_is_about_is_the_sites_word_and_the_report_says_so(tmp_path, capsys):
    renamed = deepcopy(LOG)
    name = renamed["records"][0]["draw_id"]
    for row in renamed["records"]:
        row["draw_id"] = "ab" * 16 if row["draw_id"] == name else row["draw_id"]
    (tmp_path / "log.json").write_bytes(log_text(renamed))
    assert verifier.main(["--log", str(tmp_path / "log.json")]) == 0
    assert "are the site's word" in " ".join(capsys.readouterr().out.split())
    (own,) = [each for each in PUBLISHED if each.document["draw_id"] == name]
    doc = verifier.read_document(json.dumps(own.document).encode())
    assert verifier.check_log(log_text(renamed), document=doc).failed is not None
