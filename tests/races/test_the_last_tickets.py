"""Sixty-four players with the form of one draw before them, and fifty tickets left."""

import re
from collections import Counter

import pytest

from draws.models import Draw, Participation
from ledger.models import Transaction
from ledger.services import balance
from tests.races.browsing import Browser, website
from tests.races.together import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PLAYERS, TICKETS = 64, 50
SOLD_OUT = "Every ticket in this draw is taken. No ticket was taken and nothing was charged."


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_sixty_four_browsers_race_for_the_last_fifty_tickets(make_player, make_draw, server_environment):
    players = [make_player(f"player{number}") for number in range(PLAYERS)]
    draw = make_draw(max_participants=TICKETS)
    with website(server_environment) as port:
        browsers = [Browser(port, player) for player in players]
        forms = [browser.entry_form(draw.pk) for browser in browsers]
        assert len({form["request_id"] for form in forms}) == PLAYERS
        answers = at_once(
            [
                lambda browser=browser, form=form: browser.post(f"/draws/{draw.pk}/enter/", form)
                for browser, form in zip(browsers, forms, strict=True)
            ]
        )
    statuses = [answer[0] for answer in answers]
    assert Counter(statuses) == {303: TICKETS, 409: PLAYERS - TICKETS}
    numbers = Participation.objects.order_by("ticket_number").values_list("ticket_number", flat=True)
    assert list(numbers) == list(range(1, TICKETS + 1))
    assert Transaction.objects.filter(type="entry", amount=-5).count() == TICKETS
    assert Draw.objects.get(pk=draw.pk).current_participants == TICKETS
    for player, (status, page) in zip(players, answers, strict=True):
        assert balance(player.pk) == (45 if status == 303 else 50)
        assert Participation.objects.filter(user=player).count() == (1 if status == 303 else 0)
        if status == 409:
            assert (
                "Every ticket in this draw is taken. No ticket was taken and nothing was charged."
                in text_of(page)
            )


def test_one_form_sent_by_sixteen_tabs_at_once_is_one_purchase(make_player, draw, server_environment):
    player = make_player("player", coins=5)
    with website(server_environment) as port:
        browser = Browser(port, player)
        form = browser.entry_form(draw.pk)
        answers = at_once([lambda: browser.post(f"/draws/{draw.pk}/enter/", form)] * 16)
        assert Counter(answer[0] for answer in answers) == {303: 16}
        status, page = browser.get(f"/draws/{draw.pk}/?receipt={form['request_id']}")
    assert (status, "0001" in page) == (200, True)
    assert (balance(player.pk), Participation.objects.count()) == (0, 1)


def test_a_form_without_its_token_is_refused_by_the_web_processes(alice, draw, server_environment):
    with website(server_environment, workers=1) as port:
        browser = Browser(port, alice)
        form = browser.entry_form(draw.pk)
        token = form.pop("csrfmiddlewaretoken")
        for wrong in ({}, {"csrfmiddlewaretoken": "x" * len(token)}):
            status, page = browser.post(f"/draws/{draw.pk}/enter/", form | wrong)
            assert (status, "othing was charged" in text_of(page)) == (403, True)
    assert (balance(alice.pk), Participation.objects.count()) == (50, 0)
