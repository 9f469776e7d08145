"""The draw room as the server sends it: the stages, and never a winner before the visitor asks for one."""

from datetime import timedelta

import pytest

from draws.lifecycle import close
from draws.lifecycle.cancel import cancel_draw
from draws.models import Draw, LogRecord, Winner
from draws.pages import room
from tests.conftest import let_close
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db


def page_of(draw: Draw, client):
    response = client.get(f"/draws/{draw.pk}/live/")
    assert response.status_code == 200
    return response


def test_before_closing_the_room_says_when_the_draw_begins(client, draw, alice):
    said = words(page_of(draw, client))
    assert "The draw begins soon after closing" in said
    assert "Enter this draw" in said
    take(alice, draw)
    said = words(page_of(draw, signed_in(alice)))
    assert "0001" in said
    assert "Enter this draw" not in said


def test_the_room_shows_each_stage_as_it_passes(client, draw, alice):
    take(alice, draw, 3)
    let_close(draw)
    assert "List frozen" in words(page_of(draw, client))
    assert "3 tickets" not in words(page_of(draw, client))
    close.freeze_draw(draw.pk)
    assert "3 tickets" in words(page_of(draw, client))


def test_numbers_are_rolled_at_one_moment_for_everyone(client, draw, alice):
    take(alice, draw, 3)
    finish(draw)
    [result] = LogRecord.objects.filter(draw=draw, kind="result")
    begins = page_of(draw, client).context["room"].begins
    assert begins.timestamp() == result.time + room.LEAD.total_seconds()
    assert page_of(draw, signed_in(alice)).context["room"].begins == begins


def test_only_who_reads_without_script_finds_the_winner_in_the_page(client, make_draw, alice, bob):
    draw = make_draw(winner_count=2)
    take(alice, draw, 2)
    take(bob, draw, 2)
    finish(draw)
    drawn = sorted(Winner.objects.filter(draw=draw).values_list("ticket__ticket_number", flat=True))
    markup = page_of(draw, client).content.decode()
    before, _, rest = markup.partition('<noscript>\n<section class="panel')
    if not rest:
        before, _, rest = markup.partition("<noscript>")
    shown = [number for number in drawn if f"{number:04d}" in rest.partition("</noscript>")[0]]
    assert shown == drawn
    assert not any(f"{number:04d}" in before for number in drawn)


def test_a_list_too_long_to_roll_on_a_page_shows_the_tickets_drawn(client, draw, alice, monkeypatch):
    take(alice, draw, 3)
    finish(draw)
    monkeypatch.setattr(room, "MOST_TICKETS", 2)
    response = page_of(draw, client)
    assert "too many tickets to roll" in words(response)
    assert "data-room" not in response.content.decode()


def test_a_draw_without_a_winner_says_why_and_that_coins_go_back(client, make_draw, alice):
    off, nobody = make_draw(), make_draw()
    take(alice, off)
    cancel_draw(off.pk, reason="The host withdrew.")
    finish(nobody)
    assert "The host withdrew." in words(page_of(off, client))
    assert "There was no draw" in words(page_of(nobody, client))


def test_a_draft_and_an_unknown_draw_have_no_room(client, make_draft):
    assert client.get(f"/draws/{make_draft().pk}/live/").status_code == 404
    assert client.get("/draws/999999999999/live/").status_code == 404


def test_a_room_costs_the_same_however_many_play(
    client, make_draw, make_player, django_assert_max_num_queries
):
    draw = make_draw(max_participants=100)
    for number in range(12):
        take(make_player(f"player{number}", coins=100), draw, 5)
    finish(draw)
    with django_assert_max_num_queries(5):
        page_of(draw, client)


def test_the_draws_page_leads_to_the_room(client, draw, alice):
    address = f'href="/draws/{draw.pk}/live/"'
    assert address in client.get(f"/draws/{draw.pk}/").content.decode()
    take(alice, draw)
    let_close(draw)
    assert address in client.get(f"/draws/{draw.pk}/").content.decode()
    assert timedelta(0) < room.LEAD
