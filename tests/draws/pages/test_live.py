"""What open pages ask for again and again, and what that costs."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from draws.lifecycle import close
from draws.lifecycle.cancel import cancel_draw
from draws.pages.live import MOST
from tests.conftest import let_close
from tests.support.pages import finish, signed_in, take

pytestmark = pytest.mark.django_db


def asked(client, *draws, **headers):
    numbers = ",".join(str(draw.pk) for draw in draws)
    return client.get(f"/draws/now.json?of={numbers}", headers=headers)


def read(client, draw):
    return json.loads(asked(client, draw).content)[str(draw.pk)]


def standing(client, draw):
    caches["process"].clear()
    return tuple(read(client, draw))


def test_a_watcher_learns_how_many_tickets_are_taken(client, draw, alice):
    assert standing(client, draw) == ("open", 0)
    take(alice, draw, 3)
    assert standing(client, draw) == ("open", 3)


def test_a_watcher_learns_each_stage_of_a_draw(client, make_draw, alice, bob):
    soon = timezone.now() + timedelta(minutes=10)
    early = make_draw(early_access_until=soon)
    draw, lonely, off = make_draw(max_participants=2), make_draw(), make_draw()
    assert standing(client, early) == ("early", 0)
    take(alice, draw, 2)
    assert standing(client, draw) == ("full", 2)
    let_close(draw)
    assert standing(client, draw) == ("closing", 2)
    close.freeze_draw(draw.pk)
    assert standing(client, draw) == ("closed", 2)
    close.close_due_draws()
    assert standing(client, draw) == ("drawn", 2)
    finish(lonely)
    assert standing(client, lonely) == ("void", 0)
    cancel_draw(off.pk, actor=None, reason="The host withdrew.")
    assert standing(client, off) == ("cancelled", 0)


def test_a_thousand_polls_of_a_busy_page_cost_one_query(client, make_draw, alice):
    draws = [make_draw() for _ in range(13)]
    player = signed_in(alice)
    with time_machine.travel(timezone.now(), tick=False), CaptureQueriesContext(connection) as captured:
        for _ in range(1000):
            assert asked(client, *draws).status_code == 200
    assert len(captured) == 1
    # The script sends no cookie; with one, the session would be looked up.
    with CaptureQueriesContext(connection) as captured:
        asked(player, *draws)
    assert len(captured) > 1


def test_an_answer_is_read_anew_after_two_seconds(client, draw, alice):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert read(client, draw) == ["open", 0]
        take(alice, draw)
        assert read(client, draw) == ["open", 0]
        clock.shift(timedelta(seconds=3))
        assert read(client, draw) == ["open", 1]


def test_an_answer_carries_the_servers_time_and_nobody_keeps_it(client, draw):
    with time_machine.travel("2026-11-30T21:00:00.250Z", tick=False):
        for address in (f"/draws/now.json?of={draw.pk}", "/draws/now.json"):
            answer = client.get(address)
            assert json.loads(answer.content)["now"] == 1_796_072_400_250
            assert answer["Cache-Control"] == "no-store"
            assert "ETag" not in answer
            assert not answer.cookies
    assert len(asked(client, draw).content) < 60


def test_drafts_and_what_does_not_exist_are_left_out(client, draw, make_draft):
    draft = make_draft()
    answer = json.loads(client.get(f"/draws/now.json?of={draft.pk},{draw.pk},999999999").content)
    assert list(answer) == ["now", str(draw.pk)]


@pytest.mark.parametrize(
    "numbers", ["", "x", "1,", ",1", "-1", "1 OR 1", "٣", "9" * 10, ",".join(["1"] * (MOST + 1))]
)
def test_a_damaged_question_is_answered_with_a_sentence(client, db, numbers):
    response = client.get(f"/draws/now.json?of={numbers}")
    assert response.status_code == 400
    assert json.loads(response.content)["error"] == "Name one to 20 draws by their numbers, as in ?of=7,8."


def test_the_figures_can_only_be_read():
    assert Client().post("/draws/now.json?of=1").status_code == 405
