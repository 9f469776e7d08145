"""The site's whole log: a record left out, changed or told twice shows, with or without a draw's document."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from draws.fairness import lucky11_verify as verifier
from draws.fairness import site_head
from tests.support import fairness_documents
from tests.support.fairness_documents import ORIGIN, log_text
from tests.support.log_stories import relinked

PUBLISHED, LOG = fairness_documents.site(7, 25)
Log = dict[str, Any]


def first(log: Log, kind: str) -> int:
    return next(index for index, row in enumerate(log["records"]) if row["kind"] == kind)


def test_the_log_of_a_site_holds():
    report = verifier.check_log(log_text(LOG))
    assert report.failed is None
    assert (report.draws, report.records) == (25, len(LOG["records"]))
    assert report.results + report.voids == 25
    assert report.head == LOG["head"] == LOG["records"][-1]["head"]


def test_an_empty_log_holds():
    empty = {"v": "lucky11-log/1", "origin": ORIGIN, "head": site_head(ORIGIN).hex(), "records": []}
    assert verifier.check_log(json.dumps(empty).encode()).failed is None


def test_a_log_is_right_at_every_moment_of_its_growth():
    for length in range(len(LOG["records"])):
        assert verifier.check_log(log_text(relinked({**LOG, "records": LOG["records"][:length]}))).passed


@pytest.mark.parametrize("number", range(25))
def test_every_draw_of_the_site_is_in_its_log(number):
    document = verifier.read_document(fairness_documents.text(PUBLISHED[number].document))
    assert verifier.check_log(log_text(LOG), document=document).failed is None


def test_a_draw_of_another_site_is_not_in_the_log():
    stranger = fairness_documents.site(8, 25)[0][3].document
    document = verifier.read_document(fairness_documents.text(stranger))
    report = verifier.check_log(log_text(LOG), document=document)
    assert report.failed is not None


def change(index: int | str, **new: Any) -> Callable[[Log], None]:
    def apply(log: Log) -> None:
        row = log["records"][first(log, index) if isinstance(index, str) else index]
        row.update(new)

    return apply


def drop(kind: str) -> Callable[[Log], None]:
    return lambda log: log["records"].pop(first(log, kind))


def without_the_list(log: Log) -> None:
    """Leave out the frozen list of a draw that has a result."""
    drawn = log["records"][first(log, "result")]["draw_id"]
    log["records"] = [r for r in log["records"] if (r["kind"], r["draw_id"]) != ("freeze", drawn)]


def earlier_than_the_last(log: Log) -> None:
    log["records"][-1]["time"] = log["records"][-2]["time"] - 1


def repeat(kind: str) -> Callable[[Log], None]:
    return lambda log: log["records"].insert(first(log, kind) + 1, log["records"][first(log, kind)])


def without_seq(log: Log) -> None:
    del log["records"][0]["seq"]


WRONG_STORIES = {
    "a draw opened twice": (repeat("open"), "is open of a draw whose last record is open"),
    "a list frozen twice": (repeat("freeze"), "is freeze of a draw whose last record is freeze"),
    "two results": (repeat("result"), "is result of a draw whose last record is result"),
    "two voids": (repeat("void"), "is void of a draw whose last record is void"),
    "a result without a frozen list": (without_the_list, "of a draw whose last record is open"),
    "a draw left out": (drop("open"), "comes next"),
    "a void result": (change("result", kind="void"), "redraw of a draw whose last record is void"),
    "a record before its time": (earlier_than_the_last, "is dated earlier than the one before it"),
    "a seq left out": (change(0, seq=2), "opens draw 2 of the site, but 1 comes next"),
    "a draw without seq": (without_seq, "exactly the open records have a seq"),
    "a seq where none belongs": (change("freeze", seq=1), "exactly the open records have a seq"),
}


@pytest.mark.parametrize("story", WRONG_STORIES)
def test_a_story_with_right_heads_that_cannot_be_is_refused(story):
    apply, sentence = WRONG_STORIES[story]
    log = deepcopy(LOG)
    if story == "a void result":
        redraw = first(log, "redraw")
        draw_id = log["records"][redraw]["draw_id"]
        of_draw = [row for row in log["records"] if row["draw_id"] == draw_id]
        next(row for row in of_draw if row["kind"] == "result")["kind"] = "void"
    else:
        apply(log)
    report = verifier.check_log(log_text(relinked(log)))
    assert sentence in (report.failed or "")
    assert not report.unreadable


@pytest.mark.parametrize("index", [0, 1, 40, -1])
@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 10_000},
        {"time": 1},
        {"kind": "redraw"},
        {"kind": "opened"},
        {"kind": None},
        {"record_hash": "00" * 32},
        {"record_hash": "AB" * 32},
        {"prev": "00" * 32},
        {"head": "00" * 32},
        {"head": "00"},
        {"n": "1"},
        {"time": 1.5},
        {"more": 1},
        {"draw_id": "00"},
        {"draw_id": None},
        {"seq": None},
    ],
    ids=str,
)
def test_every_change_of_a_record_shows(index, wrong):
    log = deepcopy(LOG)
    log["records"][index].update(wrong)
    if log == LOG:
        log["records"][index]["kind"] = "void"
    report = verifier.check_log(log_text(log))
    assert report.failed is not None
    assert report.failed.endswith(".")


def test_a_record_left_out_or_moved_shows():
    for index in range(len(LOG["records"])):
        shorter, moved = deepcopy(LOG), deepcopy(LOG)
        shorter["records"].pop(index)
        assert verifier.check_log(log_text(shorter)).failed is not None
        moved["records"].insert(index, moved["records"].pop(index - 1))
        assert verifier.check_log(log_text(moved)).failed is not None


@pytest.mark.parametrize(
    ("key", "value"),
    [("v", "lucky11-log/2"), ("origin", ORIGIN + "/"), ("head", "00" * 32), ("records", None), ("more", 1)],
)
def test_every_change_of_the_top_shows(key, value):
    assert verifier.check_log(json.dumps({**LOG, key: value}).encode()).failed is not None


def test_records_before_the_origin_are_refused():
    turned = {key: LOG[key] for key in ("v", "records", "origin", "head")}
    report = verifier.check_log(json.dumps(turned).encode())
    assert report.failed == "The log's origin must come before its records."


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\0" * 1000, log_text(LOG)[:-3], log_text(LOG) + b"1"])
def test_what_is_no_json_is_unreadable(data):
    assert verifier.check_log(data).unreadable


def test_a_log_that_hides_a_record_of_the_draw_is_refused():
    published = next(one for one in PUBLISHED if one.redraws)
    fewer = deepcopy(LOG)
    fewer["records"] = [
        row
        for row in fewer["records"]
        if (row["kind"], row["draw_id"]) != ("redraw", published.document["draw_id"])
    ]
    document = verifier.read_document(fairness_documents.text(published.document))
    assert verifier.check_log(log_text(relinked(fewer))).passed
    assert not verifier.check_log(log_text(relinked(fewer)), document=document).passed
    shown = deepcopy(published.document)
    shown["log"].pop()
    without_last = verifier.read_document(fairness_documents.text(shown))
    report = verifier.check_log(log_text(LOG), document=without_last)
    assert "is about the document's draw, but not in the document" in (report.failed or "")


def test_a_record_that_the_log_does_not_have_yet_is_named():
    newest = LOG["records"][-1]
    published = next(one for one in PUBLISHED if one.document["draw_id"] == newest["draw_id"])
    document = verifier.read_document(fairness_documents.text(published.document))
    older = relinked({**LOG, "records": LOG["records"][:-1]})
    report = verifier.check_log(log_text(older), document=document)
    assert report.failed == f"Record {newest['n']} of the document is not in the log."


def test_kept_hashes_are_found_in_the_log():
    row = LOG["records"][5]
    kept = [bytes.fromhex(row["head"]), bytes.fromhex(row["record_hash"]), bytes(32)]
    assert verifier.check_log(log_text(LOG), kept=kept).found == [
        "the log's head after record 6",
        f"the hash of the log's record 6 ({row['kind']})",
    ]


def test_a_log_is_read_from_a_file_without_loading_it(tmp_path: Path):
    path = tmp_path / "log.json"
    path.write_bytes(log_text(LOG))
    assert verifier.check_log(verifier._read(str(path), whole=False)).passed
