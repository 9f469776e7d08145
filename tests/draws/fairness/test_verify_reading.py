"""What is no document of a draw is refused before anything is computed."""

import json

import pytest

from draws.fairness import lucky11_verify as verifier
from tests.support import fairness_documents
from tests.support.known_draws import FIVE, verdicts

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
    assert verdicts(report) == ["fail", *["skipped"] * (len(verifier.STEPS) - 1)]
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
