"""Entering a draw through its form, and everything that may be wrong with it: each a page in plain words
with a right status, nothing charged, and nothing half-done."""

import re
import threading
import uuid

import pytest
from django.db import OperationalError, connection
from django.test import Client

import draws.entries.take
from draws.lifecycle.cancel import cancel_draw
from draws.models import Participation
from ledger.models import Transaction
from ledger.services import balance
from tests.conftest import PASSWORD, let_close
from tests.support.pages import field, finish, signed_in, take, words

pytestmark = pytest.mark.django_db


def enter(client: Client, draw_id: object, **fields: object):
    """Send the entry form; a fresh request id unless given, and no field that is None."""
    sent = {"tickets": 1, "request_id": uuid.uuid4().hex} | fields
    return client.post(
        f"/draws/{draw_id}/enter/", {name: value for name, value in sent.items() if value is not None}
    )


def assert_refused(response, status: int, user, coins: int, *sentences: str) -> None:
    """The status, the sentences, nothing charged, no ticket, and a fresh form where there is one."""
    assert response.status_code == status
    page = words(response)
    for sentence in (*sentences, "nothing was charged"):
        assert sentence in page, page
    assert balance(user.pk) == coins
    assert not Transaction.objects.filter(user=user, type="entry").exists()
    assert not Participation.objects.filter(user=user).exists()


def test_a_player_enters_and_reads_their_numbers_and_balance(draw, alice):
    client = signed_in(alice)
    form = client.get(f"/draws/{draw.pk}/")
    sent = field(form, "request_id")
    response = enter(client, draw.pk, tickets=2, request_id=sent)
    assert response.status_code == 303
    assert response["Location"] == f"/draws/{draw.pk}/?receipt={sent}"
    receipt = client.get(response["Location"])
    page = words(receipt)
    assert "You are in with 2 tickets 0001 0002" in page
    assert "10 coins spent, 40 left" in page
    assert "40 coins in your purse" in page
    assert bytes(draw.seal.open_hash).hex() in receipt.content.decode()
    assert field(receipt, "request_id") != sent


def test_a_receipt_is_for_the_player_who_took_the_tickets(draw, alice, bob):
    request_id = uuid.uuid4().hex
    enter(signed_in(alice), draw.pk, request_id=request_id)
    address = f"/draws/{draw.pk}/?receipt={request_id}"
    for client in (signed_in(bob), Client()):
        assert "You are in" not in words(client.get(address))


@pytest.mark.parametrize("receipt", ["x", "' OR 1=1", "9" * 3000, uuid.uuid4().hex])
def test_a_receipt_that_does_not_exist_shows_just_the_draw(draw, alice, receipt):
    response = signed_in(alice).get(f"/draws/{draw.pk}/?receipt={receipt}")
    assert response.status_code == 200
    assert "You are in" not in words(response)


def test_the_same_form_again_shows_the_first_answer_again(draw, alice):
    client, request_id = signed_in(alice), uuid.uuid4().hex
    for _ in range(3):
        response = enter(client, draw.pk, tickets=2, request_id=request_id)
        assert response.status_code == 303
    page = words(client.get(response["Location"]))
    assert "You are in with 2 tickets 0001 0002" in page
    assert "you were not charged again" in page
    assert balance(alice.pk) == 40


def test_the_same_form_with_another_number_leaves_the_first_and_offers_more(draw, alice):
    client, request_id = signed_in(alice), uuid.uuid4().hex
    enter(client, draw.pk, tickets=2, request_id=request_id)
    response = enter(client, draw.pk, tickets=3, request_id=request_id)
    assert response.status_code == 409
    assert "You are already in with 2 tickets" in words(response)
    assert "Take 3 more tickets" in words(response)
    assert field(response, "request_id") != request_id
    assert (balance(alice.pk), Participation.objects.count()) == (40, 2)


@pytest.mark.parametrize(
    ("tickets", "sentence"),
    [
        (None, "Choose how many tickets you want."),
        ("", "Choose how many tickets you want."),
        ("0", "Choose at least 1 ticket."),
        ("-1", "Choose at least 1 ticket."),
        ("1e9", "Choose a whole number of tickets"),
        ("1000000000", "That is more tickets than any draw has."),
        ("9" * 5000, "Choose a whole number of tickets"),
        ("abc", "Choose a whole number of tickets"),
        ("1.5", "Choose a whole number of tickets"),
    ],
)
def test_a_number_of_tickets_that_makes_no_sense(draw, alice, tickets, sentence):
    response = enter(signed_in(alice), draw.pk, tickets=tickets)
    assert_refused(response, 400, alice, 50, sentence)
    page = response.content.decode()
    assert 'href="#id_tickets"' in page
    assert 'id="id_tickets_error"' in page
    assert 'aria-invalid="true"' in page


def test_what_the_address_says_is_no_part_of_the_form_and_of_two_values_one_is_taken(draw, alice):
    client, request_id = signed_in(alice), uuid.uuid4().hex
    sent = {"tickets": ["3", "1"], "request_id": request_id}
    client.post(f"/draws/{draw.pk}/enter/?tickets=5&request_id=x", sent)
    assert Participation.objects.filter(user=alice).count() == 1


@pytest.mark.parametrize("request_id", [None, "", "x", "a" * 3000, "spaces in it ....."])
def test_a_form_without_a_usable_request_id(draw, alice, request_id):
    response = enter(signed_in(alice), draw.pk, request_id=request_id)
    assert_refused(response, 400, alice, 50, "The form was incomplete")
    assert re.fullmatch("[0-9a-f]{32}", field(response, "request_id"))


def test_not_enough_coins(draw, make_player):
    poor = make_player("carol", coins=9)
    response = enter(signed_in(poor), draw.pk, tickets=2)
    assert_refused(response, 409, poor, 9, "You were not entered", "You have 9 coins and this costs 10.")


def test_sold_out(make_draw, alice, bob):
    draw = make_draw(max_participants=2)
    take(bob, draw, 2)
    assert_refused(enter(signed_in(alice), draw.pk), 409, alice, 50, "Every ticket in this draw is taken.")


def test_fewer_left_than_asked_for(make_draw, alice, bob):
    draw = make_draw(max_participants=3)
    take(bob, draw, 2)
    response = enter(signed_in(alice), draw.pk, tickets=2)
    assert_refused(response, 409, alice, 50, "You were not entered")
    assert field(response, "tickets") == "2"


def test_closed_meanwhile(draw, alice):
    let_close(draw)
    assert_refused(enter(signed_in(alice), draw.pk), 409, alice, 50, "This draw has closed.")
    finish(draw)
    assert enter(signed_in(alice), draw.pk).status_code == 409


def test_cancelled_meanwhile(draw, alice):
    cancel_draw(draw.pk, actor=None, reason="The host withdrew.")
    assert_refused(enter(signed_in(alice), draw.pk), 409, alice, 50, "cancelled", "The host withdrew.")


def test_limit_reached(draw, alice):
    take(alice, draw, 4)
    response = enter(signed_in(alice), draw.pk, tickets=2)
    assert response.status_code == 409
    assert "you hold 4" in words(response)
    assert "nothing was charged" in words(response)
    assert (balance(alice.pk), Participation.objects.count()) == (30, 4)


@pytest.mark.parametrize("number", ["0", "99", "2147483648", "9" * 30])
def test_a_draw_that_does_not_exist(alice, number):
    assert_refused(enter(signed_in(alice), number), 404, alice, 50, "There is no such draw")


def test_a_draft_does_not_exist_for_players(make_draft, alice):
    assert_refused(enter(signed_in(alice), make_draft().pk), 404, alice, 50, "There is no such draw")


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_only_a_sent_form_enters(draw, alice, method):
    client = signed_in(alice)
    response = getattr(client, method)(f"/draws/{draw.pk}/enter/")
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert not Participation.objects.exists()
    if method == "get":
        assert "Nothing was charged" in words(response)
        assert f'href="/draws/{draw.pk}/"' in response.content.decode()


def test_signed_out_leads_to_signing_in_and_back(draw, client):
    response = enter(client, draw.pk)
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next=/draws/{draw.pk}/"
    page = client.get(response["Location"])
    assert "Sign in to continue. You have not been charged." in words(page)
    assert field(page, "next") == f"/draws/{draw.pk}/"
    assert not Participation.objects.exists()


@pytest.mark.parametrize("token", [None, "", "wrong", "x" * 64])
def test_no_or_a_wrong_csrf_token(draw, alice, token):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    client.get(f"/draws/{draw.pk}/")
    sent = {"tickets": 1, "request_id": uuid.uuid4().hex, "csrfmiddlewaretoken": token}
    response = client.post(f"/draws/{draw.pk}/enter/", {k: v for k, v in sent.items() if v is not None})
    assert response.status_code == 403
    assert "That form has expired" in words(response)
    assert "Nothing was charged" in words(response)
    assert not Participation.objects.exists()


def test_the_form_of_the_page_carries_a_token_that_works(draw, alice):
    client = Client(enforce_csrf_checks=True)
    assert client.login(email=alice.email, password=PASSWORD)
    page = client.get(f"/draws/{draw.pk}/")
    names = ("tickets", "request_id", "csrfmiddlewaretoken")
    response = client.post(f"/draws/{draw.pk}/enter/", {name: field(page, name) for name in names})
    assert response.status_code == 303
    assert Participation.objects.get().user == alice


def test_a_lost_answer_keeps_the_request_id_so_that_asking_again_charges_once(draw, alice, monkeypatch):
    call = draws.entries.take._call

    def lose_the_connection(*arguments: object) -> None:
        call(*arguments)
        raise OperationalError("the server closed the connection unexpectedly")

    client, request_id = signed_in(alice), uuid.uuid4().hex
    monkeypatch.setattr(draws.entries.take, "_call", lose_the_connection)
    response = enter(client, draw.pk, tickets=2, request_id=request_id)
    assert response.status_code == 503
    assert "You are charged only once, no matter how often you press it." in words(response)
    monkeypatch.undo()
    sent = {name: field(response, name) for name in ("tickets", "request_id")}
    assert sent == {"tickets": "2", "request_id": request_id}
    again = enter(client, draw.pk, **sent)
    assert "You are in with 2 tickets" in words(client.get(again["Location"]))
    assert (balance(alice.pk), Participation.objects.count()) == (40, 2)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_with_the_last_coins_take_one_ticket(draw, make_player):
    carol = make_player("carol", coins=5)
    answers: list[tuple[int, str]] = []
    start = threading.Barrier(2)

    def tab() -> None:
        client = signed_in(carol)
        start.wait()
        response = enter(client, draw.pk)
        answers.append((response.status_code, words(response) if response.content else ""))
        connection.close()

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join()
    (first, _), (second, page) = sorted(answers)
    assert (first, second) == (303, 409)
    assert "You have 0 coins" in page
    assert "nothing was charged" in page
    assert (balance(carol.pk), Participation.objects.count()) == (0, 1)
