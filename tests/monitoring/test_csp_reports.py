"""What the Content-Security-Policy blocks is reported by browsers, and logged in one line each."""

import json

import pytest
from django.core.cache import caches
from django.urls import reverse

from common.web import rate_limits

pytestmark = pytest.mark.django_db

PLACE = "/csp-report/"


@pytest.fixture(autouse=True)
def _nothing_was_counted_before():
    rate_limits.reset()
    caches["redis"].clear()


def send(client, **said):
    report = {"effective-directive": "style-src-attr", "blocked-uri": "inline", **said}
    return client.post(PLACE, json.dumps({"csp-report": report}), "application/csp-report")


def test_every_page_names_the_place_to_report_to(client):
    policy = client.get("/how-it-works/")["Content-Security-Policy"]
    assert "report-uri /csp-report/" in policy
    assert "unsafe" not in policy


def test_a_report_is_one_line_that_names_the_page_but_not_its_address(client, caplog):
    key = reverse("accounts:confirm", args=["MQ:a-secret-key"])
    answer = send(client, **{"document-uri": f"http://testserver{key}?receipt=1"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert caplog.messages == [
        "Content-Security-Policy: 'style-src-attr' kept 'inline' from accounts:confirm"
    ]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"csp-report": []}', b'"x"', b"\xff", b"[" * 8000]
)
def test_what_is_no_report_is_refused_and_not_logged(client, caplog, body):
    answer = client.post(PLACE, body, "application/csp-report")
    assert answer.status_code == 400
    assert b"not a report" in answer.content
    assert "kept" not in caplog.text


def test_nobody_writes_lines_of_their_own_into_the_log(client, caplog):
    send(client, **{"blocked-uri": "x\nERROR coins: all gone\x1b[2J" + "y" * 2000})
    [message] = caplog.messages
    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) < 400


def test_a_large_body_is_refused_unread(client, caplog):
    answer = client.post(PLACE, b"x" * 8193, "application/csp-report")
    assert answer.status_code == 413
    assert "kept" not in caplog.text


def test_one_address_is_heard_so_often_and_then_told_to_wait(client, caplog, settings):
    settings.RATE_LIMIT_PLAYER = 2
    # One long period, so that no limit is forgotten in the middle.
    settings.RATE_LIMIT_SECONDS = 10**9
    answers = [send(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert sum("kept" in message for message in caplog.messages) == 2


def test_it_only_takes_reports(client):
    assert client.get(PLACE).status_code == 405
