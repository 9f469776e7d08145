"""Safer play: what everyone reads, a player's own figures, and the forms that set limits and start breaks."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import PlayBreak
from ledger.models import SpendLimit
from ledger.safer_play.limits import limits_of, set_limit
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db


def limit(client: Client, **fields: object):
    return client.post("/safer-play/limits/", fields)


def take_break(client: Client, **fields: object):
    return client.post("/safer-play/break/", fields)


def test_everyone_may_read_it_two_clicks_from_everywhere(client, alice, draw):
    page = words(client.get("/safer-play/"))
    assert "How the odds work" in page
    assert "Staff cannot end or shorten a break" in page
    assert "Where to find help" in page
    assert "Sign in to see how you have played" in page
    assert "Start the break now" not in page
    assert 'href="/safer-play/"' in signed_in(alice).get(f"/draws/{draw.pk}/").content.decode()
    for address in ("/", "/coins/", "/tickets/", "/winners/"):
        assert 'href="/safer-play/"' in signed_in(alice).get(address).content.decode(), address


def test_a_player_reads_their_own_figures(alice, make_draw):
    draw = make_draw()
    take(alice, draw, 2)
    take(alice, draw, 1)
    finish(draw)
    page = words(signed_in(alice).get("/safer-play/"))
    for span in ("24 hours", "7 days", "30 days"):
        assert f"{span} 15 2 100" in page
    assert "you have taken 3 tickets and won 1 prize." in page


def test_a_limit_is_set_raised_and_lifted_by_its_form(alice):
    client = signed_in(alice)
    page = words(client.post("/safer-play/limits/", {"period": "week", "coins": "20"}, follow=True))
    assert "From now on you can spend at most 20 coins in 7 days." in page
    assert "In 7 days 20 coins; 20 left now." in page.replace(" ;", ";")
    page = words(client.post("/safer-play/limits/", {"period": "week", "coins": "30"}, follow=True))
    assert "In 24 hours your limit for 7 days will be 30 coins. Until then it stays at 20 coins" in page
    assert "30 coins from tomorrow" in page
    page = words(
        client.post("/safer-play/limits/", {"period": "week", "coins": "", "lift": "1"}, follow=True)
    )
    assert "In 24 hours you will have no limit for 7 days." in page
    assert "No limit from tomorrow" in page
    page = words(client.post("/safer-play/limits/", {"period": "week", "coins": "0"}, follow=True))
    assert "From now on you can spend at most 0 coins in 7 days." in page
    row = SpendLimit.objects.get()
    assert (row.period, row.coins, row.next_at) == ("week", 0, None)


@pytest.mark.parametrize(
    ("coins", "sentence"),
    [
        ("-1", "A limit cannot be below 0 coins."),
        ("abc", "Enter a whole number of coins, for example 20."),
        ("1.5", "Enter a whole number of coins, for example 20."),
        ("1e3", "Enter a whole number of coins, for example 20."),
        ("1000000000000", "Enter at most 1,000,000,000 coins, or lift the limit."),
        ("9" * 5000, "Enter a whole number of coins, for example 20."),
        ("", "Enter how many coins; 0 is allowed."),
        (None, "Enter how many coins; 0 is allowed."),
    ],
)
def test_a_limit_that_makes_no_sense_is_answered_plainly_and_changes_nothing(alice, coins, sentence):
    set_limit(alice.pk, "day", 5)
    sent = {"period": "day"} | ({} if coins is None else {"coins": coins})
    response = limit(signed_in(alice), **sent)
    assert response.status_code == 400
    page = words(response)
    assert page.count(f"{sentence} Your limits have not changed.") == 2
    html = response.content.decode()
    assert 'href="#id_coins"' in html
    assert html.count('id="id_coins"') == 1
    assert 'aria-invalid="true"' in html
    assert limits_of(alice.pk)[0].coins == 5


@pytest.mark.parametrize("period", ["", "year", "day' OR 1=1"])
def test_a_limit_for_no_period_is_answered_plainly(alice, period):
    response = limit(signed_in(alice), period=period, coins="5")
    assert response.status_code == 400
    assert "Choose a limit for 24 hours, 7 days or 30 days. Your limits have not changed." in words(response)
    assert not SpendLimit.objects.exists()


def test_a_break_starts_only_once_the_player_says_they_understand(alice):
    client = signed_in(alice)
    response = take_break(client, kind="break", length="week")
    assert response.status_code == 400
    assert (
        words(response).count("Tick the box first, because nobody can end it early. No break was started.")
        == 2
    )
    assert not PlayBreak.objects.exists()
    page = words(
        client.post(
            "/safer-play/break/", {"kind": "break", "length": "week", "understood": "on"}, follow=True
        )
    )
    assert "Your break has begun. It lasts until" in page
    assert "You are on a break until" in page
    assert PlayBreak.objects.get().user == alice


def test_a_shorter_break_is_refused_at_its_field(alice):
    client = signed_in(alice)
    take_break(client, kind="exclusion", length="exclusion-year", understood="on")
    response = take_break(client, kind="break", length="six-months", understood="on")
    assert response.status_code == 409
    assert "You can make it longer, but not shorter. Nothing was changed." in words(response)
    assert PlayBreak.objects.count() == 1


@pytest.mark.parametrize(
    "sent",
    [{}, {"kind": "x", "length": "x"}, {"kind": "break", "length": "exclusion-year"}],
)
def test_a_break_of_no_length_starts_nothing(alice, sent):
    response = take_break(signed_in(alice), **sent, understood="on")
    assert response.status_code == 400
    assert "Choose how long the break lasts. No break was started." in words(response)
    assert not PlayBreak.objects.exists()


@pytest.mark.parametrize("address", ["/safer-play/limits/", "/safer-play/break/"])
def test_the_forms_are_for_signed_in_players_and_for_sending_only(client, alice, address):
    response = client.post(address, {"period": "day", "coins": "5"})
    assert response["Location"] == "/accounts/login/?next=/safer-play/"
    response = signed_in(alice).get(address)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(address, {"period": "day", "coins": "5"}).status_code == 403


def test_nobody_sets_anybody_elses_limit(alice, bob):
    limit(signed_in(bob), period="day", coins="0", user=alice.pk, user_id=alice.pk)
    assert SpendLimit.objects.get().user == bob


def test_the_page_costs_the_same_however_much_was_played(alice, make_draw):
    draw = make_draw(max_participants=100, max_per_player=100, entry_fee=1)
    client, costs = signed_in(alice), set()
    client.get("/")
    for number in (1, 30):
        for _ in range(number):
            take(alice, draw)
        with CaptureQueriesContext(connection) as captured:
            client.get("/safer-play/")
        costs.add(len(captured))
    assert len(costs) == 1
    assert costs.pop() <= 6
