"""The log that the site publishes of all its draws."""

import json

import pytest

from draws import fairness
from draws.lifecycle.cancel import cancel_draw
from draws.models import LogRecord
from draws.proof import documents
from tests.support.pages import finish, take
from tests.support.proofs import document, fetch

pytestmark = pytest.mark.django_db


def test_the_log_has_every_record_and_its_head_fits(alice, make_draw):
    first, second = make_draw(), make_draw(title="Another")
    take(alice, first)
    finish(first)
    cancel_draw(second.pk, reason="The host withdrew.")
    text = fetch("/log.json").decode()
    log = json.loads(text)
    head = fairness.site_head(log["origin"])
    for n, record in enumerate(log["records"], 1):
        assert (record["n"], record["prev"]) == (n, head.hex())
        digest = bytes.fromhex(record["record_hash"])
        head = fairness.log_head(head, n, record["time"], record["kind"], digest)
    assert log["head"] == head.hex()
    assert [record["kind"] for record in log["records"]] == ["open", "open", "freeze", "result", "void"]
    assert [record["seq"] for record in log["records"] if record["kind"] == "open"] == [1, 2]
    assert log["records"][4]["draw_id"] == document(second)["draw_id"]
    assert len(text.splitlines()) == 1 + 5 + 1, "one record a line"


def test_a_log_that_grows_while_it_streams_still_fits_its_head(make_draw, monkeypatch):
    monkeypatch.setattr(documents, "RECORDS_AT_ONCE", 2)
    for _ in range(4):
        make_draw()
    found = documents.site_log()
    stream = found.stream()
    begun = next(stream) + next(stream)
    make_draw()
    log = json.loads(begun + b"".join(stream))
    assert [record["n"] for record in log["records"]] == [1, 2, 3, 4]
    assert log["records"][-1]["head"] == log["head"] == found.head
    assert LogRecord.objects.count() == 6


def test_a_site_without_draws_has_an_empty_log():
    log = json.loads(fetch("/log.json"))
    assert log["records"] == []
    assert log["head"] == fairness.site_head(log["origin"]).hex()
    assert "There are no records yet" in fetch("/log/").decode()
