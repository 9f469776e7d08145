"""Somebody holds a lock for too long: players are told to try again, and nothing was charged."""

import pytest
from django.db import transaction

from accounts.models import User
from draws.entries.take import take_tickets
from draws.exceptions import TooBusy
from draws.models import Draw, Participation
from ledger.models import Transaction
from ledger.services import balance
from tests.races.together import at_once
from tests.support.pages import field, signed_in, words

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("held", ["player", "draw"])
def test_who_waits_too_long_is_told_so_charged_nothing_and_gets_the_ticket_later(draw, alice, held):
    browser, address = signed_in(alice), f"/draws/{draw.pk}/enter/"
    form = {"tickets": 1, "request_id": field(browser.get(f"/draws/{draw.pk}/"), "request_id")}
    with transaction.atomic():
        row = {"player": User.objects.filter(pk=alice.pk), "draw": Draw.objects.filter(pk=draw.pk)}[held]
        assert row.select_for_update(no_key=True).get()
        [answer] = at_once([lambda: browser.post(address, form)])
    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
    assert "Try again in a moment. No ticket was taken and nothing was charged." in words(answer)
    assert balance(alice.pk) == 50
    assert not Participation.objects.exists()
    assert not Transaction.objects.filter(type="entry").exists()
    assert field(answer, "request_id") != form["request_id"]
    assert browser.post(address, form).status_code == 303
    assert balance(alice.pk) == 45


def test_one_draw_that_is_held_keeps_nobody_from_another(draw, make_draw, alice, bob):
    other = make_draw(title="Another")
    with transaction.atomic():
        Draw.objects.select_for_update(no_key=True).get(pk=draw.pk)
        outcomes = at_once(
            [
                lambda: take_tickets(alice.pk, draw.pk, 1, "request-1"),
                lambda: take_tickets(bob.pk, other.pk, 1, "request-2"),
            ]
        )
    assert isinstance(outcomes[0], TooBusy)
    assert outcomes[1].numbers == [1]
