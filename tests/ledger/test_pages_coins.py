"""The page of a player's coins: balance, daily visit, and every movement."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.services import adjust, balance
from tests.conftest import unguarded
from tests.support.coins import move
from tests.support.pages import signed_in, take, words

pytestmark = pytest.mark.django_db


def test_the_page_shows_the_balance_and_each_movement_with_the_balance_after_it(draw, alice):
    take(alice, draw, 2)
    page = words(signed_in(alice).get("/coins/"))
    assert "In your purse 40" in page
    assert re.search(r"2 tickets: Lisbon for two \N{MINUS SIGN}10 coins Tickets, today, \d\d:\d\d 40", page)
    assert re.search(r"Welcome to Lucky11 \+50 coins Welcome bonus, today, \d\d:\d\d 50", page)


def test_a_movement_for_a_draw_leads_to_the_draw(draw, alice):
    take(alice, draw)
    assert f'<a href="/draws/{draw.pk}/">1 ticket: Lisbon' in signed_in(alice).get("/coins/").content.decode()


@pytest.mark.parametrize("reference", ["draw:", "draw:x", "mail:1", "draw:1:2", ""])
def test_a_reference_without_a_page_is_plain_text(alice, reference):
    move(alice.pk, 7, "test:odd", description="Something odd", reference=reference)
    page = signed_in(alice).get("/coins/").content.decode()
    assert "Something odd" in page
    assert "<a href" not in page.split("Something odd")[0].rsplit("<li>", 1)[1]


def test_a_correction_by_staff_shows_its_reason(alice, make_player):
    adjust(
        alice.pk,
        -5,
        "A <typo> in the import",
        actor=make_player("carol", is_staff=True, is_superuser=True),
        key="test:adjust",
    )
    assert "A <typo> in the import \N{MINUS SIGN}5 coins Adjustment" in words(signed_in(alice).get("/coins/"))


def test_the_daily_visit_is_collected_once_however_often_it_is_pressed(alice):
    client = signed_in(alice)
    assert "Collect 3 coins" in words(client.get("/coins/"))
    for said in ("3 coins for visiting today.", "You have already collected today’s coins"):
        page = words(client.post("/coins/daily/", follow=True))
        assert said in page
        assert "In your purse 53" in page
    assert "Collect 3 coins" not in page
    assert balance(alice.pk) == 53


def test_the_next_day_begins_on_the_players_own_clock(make_player):
    """Nobody moves the database's clock: the same moment is a later date further east."""
    kenji = make_player("kenji", time_zone="Pacific/Honolulu")
    client = signed_in(kenji)
    for zone, coins in (("Pacific/Honolulu", 53), ("Pacific/Kiritimati", 56)):
        with unguarded() as cursor:
            cursor.execute("UPDATE users SET time_zone = %s WHERE id = %s", [zone, kenji.pk])
        for _ in range(2):
            client.post("/coins/daily/")
            assert balance(kenji.pk) == coins


def test_looking_at_the_daily_address_collects_nothing(alice):
    response = signed_in(alice).get("/coins/daily/")
    assert response.status_code == 405
    assert "Nothing was charged" in words(response)
    assert balance(alice.pk) == 50


@pytest.mark.parametrize("address", ["/coins/", "/coins/daily/"])
def test_coins_are_for_signed_in_players(client, address):
    response = client.post(address) if "daily" in address else client.get(address)
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/coins/"


def test_my_coins_are_mine_alone(draw, alice, bob):
    take(alice, draw)
    assert "Lisbon" not in words(signed_in(bob).get("/coins/"))


def test_a_long_history_is_reached_page_by_page_at_the_same_cost(alice):
    client, costs, seen, address = signed_in(alice), set(), [], "/coins/"
    for number in range(70):
        move(alice.pk, 1, f"test:{number}", description=f"Prize number {number:02d}")
    while address:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        costs.add(len(captured))
        seen += re.findall(r">\s*(Prize number \d\d)\s*<", page)
        further = re.search(r'href="(\?before=\d+)">Earlier', page)
        address = f"/coins/{further[1]}" if further else ""
    assert seen == [f"Prize number {number:02d}" for number in reversed(range(70))]
    assert max(costs) <= 9


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 40])
def test_a_damaged_page_address_still_shows_a_page(alice, before):
    assert signed_in(alice).get(f"/coins/?before={before}").status_code == 200
