"""Pages and emails promise the coins that the ledger pays: those in force, not those of the settings."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import OutboxEmail
from ledger.models import Transaction
from ledger.services import balance
from tests.support.coins import follow_settings
from tests.support.pages import signed_in, words
from tests.support.staff import make_member

pytestmark = pytest.mark.django_db

PROMISED = ("/", "/accounts/signup/", "/accounts/login/", "/how-it-works/", "/rules/")


@pytest.fixture(autouse=True)
def _nobody_joined_before(db):
    cache.clear()


@pytest.fixture
def not_migrated(settings):
    """A new release is there with other coins, and `migrate` has yet to come."""
    settings.SIGNUP_BONUS_COINS, settings.DAILY_BONUS_COINS = 77, 9
    settings.ADJUSTMENT_APPROVAL_COINS = 1234


@pytest.fixture
def migrated(not_migrated):
    follow_settings()


def mailed_to(name):
    """The email that somebody gets who joins."""
    email = f"{name}@lucky11.example"
    sent = {"email": email, "password1": "tall-orange-kettle", "accepts_rules": "on"}
    Client().post("/accounts/signup/", sent)
    return " ".join(OutboxEmail.objects.get(recipient=email).text.split())


@pytest.mark.parametrize("page", PROMISED)
def test_until_the_migration_pages_promise_what_the_ledger_pays(client, not_migrated, make_player, page):
    assert "50 coins" in words(client.get(page))
    assert "77 coins" not in words(client.get(page))
    assert balance(make_player("nova").pk) == 50


@pytest.mark.parametrize("page", PROMISED)
def test_from_the_migration_on_they_promise_the_new_coins(client, migrated, make_player, page):
    assert "77 coins" in words(client.get(page))
    assert balance(make_player("nova", coins=77).pk) == 77


def test_so_does_the_email_to_who_joins(not_migrated):
    assert "You get 50 coins as soon as you do." in mailed_to("nova")
    follow_settings()
    assert "You get 77 coins as soon as you do." in mailed_to("ben")


def test_the_button_of_a_visit_says_what_it_credits(alice, migrated):
    client = signed_in(alice)
    assert "Collect 9 coins" in words(client.get("/coins/"))
    client.post("/coins/daily/")
    assert Transaction.objects.get(user=alice, type="daily_bonus").amount == 9


def test_staff_and_players_read_the_limit_that_the_database_holds(alice, make_player, not_migrated, client):
    staff = signed_in(make_member(make_player, "Coins"))
    adjust = f"/admin/ledger/transaction/adjust/{alice.pk}/"
    assert "More than 500 coins in one day" in words(staff.get(adjust))
    assert "to adjust more than 500 coins" in words(client.get("/rules/"))
    follow_settings()
    assert "More than 1,234 coins in one day" in words(staff.get(adjust))
    assert "to adjust more than 1,234 coins" in words(client.get("/rules/"))


@pytest.mark.parametrize(("page", "asked"), [("/how-it-works/", 1), ("/rules/", 1), ("/privacy/", 0)])
def test_a_page_asks_once_for_all_its_coins_and_only_if_it_says_any(client, page, asked):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(page)
    assert len([query for query in queries if "coin_rate" in query["sql"]]) == asked
