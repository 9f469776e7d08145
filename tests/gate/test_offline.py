"""What a browser keeps for the time without a network: one page that is the same for everyone."""

import json
import re

import pytest

from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db


def ours(client):
    script = client.get("/service-worker.js").content.decode()
    return json.loads(re.search(r"const OURS = (\{.*\});", script)[1])


def test_the_page_says_that_there_is_no_connection_and_knows_nobody(client, alice):
    visitor, player = client.get("/offline/"), signed_in(alice).get("/offline/")
    assert "You are offline" in words(visitor)
    for answer in (visitor, player):
        assert not answer.cookies
        assert "no-store" not in answer["Cache-Control"]
        assert "coins in your purse" not in words(answer)


def test_the_worker_keeps_that_page_its_style_fonts_and_icons_and_nothing_else(client):
    page, *files = ours(client)["kept"]
    assert page == ours(client)["offline"] == "/offline/"
    assert {file.rpartition(".")[2] for file in files} == {"css", "woff2", "svg", "png"}
    assert all(file.startswith("/static/") for file in files)


def test_the_worker_is_a_script_of_the_whole_site_that_is_asked_for_anew(client):
    answer = client.get("/service-worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "no-cache" in answer["Cache-Control"]
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert not answer.cookies
