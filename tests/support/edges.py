"""Documents at the edges of what a checker takes, every hash in them right."""

import copy
from typing import Any

from draws.fairness import QUICKNET
from tests.support.fairness_documents import Published, documents, record
from tests.support.fairness_stories import sealed_again

Edge = tuple[Published, dict[str, Any], str | None]
MEGABYTE, LARGEST = 1024 * 1024, 2**53 - 1


def edges() -> dict[str, Edge]:
    """Each with the draw it was made from and the step that fails, if one does."""
    drawn, cancelled, late = (_first("drawn"), _first("cancelled"), _first("cancelled", beacon=True))
    found = {}
    for name, title, step in (
        ("a title of 1 MiB", "x" * MEGABYTE, None),
        ("a title of 1 MiB and a byte", "x" * (MEGABYTE + 1), "document"),
        ("a title of 1 MiB and two bytes", "x" * (MEGABYTE + 2), "document"),
        ("a title of 1 MiB that ends with a sign of two bytes", "x" * (MEGABYTE - 2) + "é", None),
        ("a title of 1 MiB that ends outside", "x" * (MEGABYTE - 1) + "é", "document"),
        ("a title of 1 MiB that ends with an escape", "x" * (MEGABYTE - 2) + '"', None),
        ("a title whose last escape is outside", "x" * (MEGABYTE - 1) + '"', "document"),
    ):
        found[name] = _with(drawn, step, lambda doc, title=title: doc["open"]["terms"].update(title=title))
    for name, reason, step in (
        ("no reason", "", "document"),
        ("a blank reason", " \t\r\n", "document"),
        ("a reason of one letter", "x", None),
    ):
        found[name] = _with(cancelled, step, lambda doc, reason=reason: doc["void"].update(reason=reason))
    found["a draw without a number"] = _with(drawn, "document", lambda doc: doc["open"].update(seq=0))
    for before in (0, 1, 59, 60, 61, 3_600):
        found[f"freezing {before} seconds before the end of numbers"] = _at_the_end(late, before)
    found["a re-draw told twice"] = _twice(_first("drawn", redraws=1))
    return found


def _first(outcome: str, *, beacon: bool = False, redraws: int = 0) -> Published:
    for one in documents(3, 3_000):
        reserves = len(one.document["winners"] or ()) - one.document["open"]["winners"]
        fits = one.outcome == outcome and bool(one.chain) >= beacon
        if fits and len(one.redraws) == redraws and (not redraws or reserves > redraws):
            return one
    raise AssertionError(outcome)


def _with(published: Published, step: str | None, change: Any) -> Edge:
    changed = copy.deepcopy(published)
    change(changed.document)
    return published, sealed_again(changed), step


def _at_the_end(published: Published, before: int) -> Edge:
    chain = published.chain or QUICKNET
    by = LARGEST - before

    def change(doc: dict[str, Any]) -> None:
        doc["open"].update(closes_at=by, freeze_by=by)
        doc["open"]["beacon"]["round"] = -(-(by + 60 - chain.genesis) // chain.period) + 1

    return _with(published, None, change)


def _twice(published: Published) -> Edge:
    changed = copy.deepcopy(published.document)
    last = changed["log"][-1]
    digest, head = bytes.fromhex(last["record_hash"]), bytes.fromhex(last["head"])
    changed["log"].append(record(last["n"] + 1, last["time"], "redraw", digest, head))
    return published, changed, "log"
