"""An email address is what it looks like, wherever one comes in."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.addresses import is_plain
from accounts.models import OutboxEmail, User
from accounts.players import create_player
from tests.accounts.signin.openid_flow import is_signed_in, through
from tests.conftest import PASSWORD, unguarded
from tests.support.nightly import at_night
from tests.support.pages import just_proved, signed_in, words

pytestmark = pytest.mark.django_db

DOTLESS, LONG_S, KELVIN, SHARP_S = "\u0131", "\u017f", "\u212a", "\u00df"
ALIKE = [
    f"m{DOTLESS}ke@lucky11.example",
    f"{LONG_S}am@lucky11.example",
    f"mi{KELVIN}e@lucky11.example",
    f"mike@gma{DOTLESS}l.com",
    "mike@hotma\u0130l.com",
    f"mike@lucky11.ex{SHARP_S}mple",
    "mike@\uff47mail.com",
    "mike@gmail\u3002com",
    "mike@gmail\u200b.com",
    "\uff4dike@lucky11.example",
]
FINE = [
    "mike@lucky11.example",
    "mi.ke+a@lucky11.example",
    "mike@b\u00fccher.example",
    "mike@\u4f8b\u3048.\u30c6\u30b9\u30c8",
]
NO_PLAIN_LETTER = "easily taken for another letter"
LONG = f"{'m' * 60}@{'x' * 60}.{'x' * 60}.{'x' * 60}.{'x' * 60}.example"


@pytest.fixture(autouse=True)
def _no_earlier_tries(db: None) -> None:
    cache.clear()


@pytest.mark.parametrize("email", [ALIKE[0], LONG_S + "am@lucky11.example", *map(at_night, ALIKE[2:])])
def test_nobody_joins_with_letters_that_only_look_like_plain_ones(client, email):
    sent = {"email": email, "password1": PASSWORD, "accepts_rules": "on"}
    page = words(client.post("/accounts/signup/", sent))
    assert NO_PLAIN_LETTER in page or "Enter a valid email address" in page
    assert not User.objects.exists()
    assert not OutboxEmail.objects.exists()


@pytest.mark.parametrize("email", FINE)
def test_players_join_with_plain_addresses_in_every_script(client, email):
    client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, "accepts_rules": "on"})
    assert User.objects.get().email == email


@pytest.mark.parametrize("email", [*FINE, *ALIKE, LONG])
def test_the_page_and_the_database_refuse_the_same_addresses(email):
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_plain_address(%s)", [email])
        assert cursor.fetchone()[0] == is_plain(email)
    assert is_plain(email) == (email in FINE)


def test_nobody_adds_such_an_address_to_an_account(alice):
    page = words(just_proved(alice).post("/accounts/email/", {"action_add": "", "email": ALIKE[0]}))
    assert NO_PLAIN_LETTER in page
    assert EmailAddress.objects.get().email == alice.email


def test_staff_add_no_player_with_such_an_address(make_player):
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    for email in ALIKE[:3]:
        page = boss.post("/admin/accounts/user/add/", {"email": email, "reason": "Asked by mail"})
        assert NO_PLAIN_LETTER in words(page)
    assert User.objects.count() == 1


@pytest.mark.parametrize("email", [*ALIKE[:3], LONG])
def test_no_command_makes_staff_with_such_an_address(email):
    with pytest.raises(CommandError, match="email address"):
        call_command("createsuperuser", "--noinput", email=email, stdout=StringIO())
    with pytest.raises(ValidationError):
        create_player(email)
    assert not User.objects.exists()


def test_a_provider_cannot_sign_in_as_somebody_with_letters_that_lower_case_makes_theirs(
    provider, make_player
):
    mike = create_player("mike@lucky11.example", PASSWORD, confirmed=True)
    provider.claims |= {"email": f"mi{KELVIN}e@lucky11.example"}
    client = Client()
    assert "We cannot use this email" in words(through(client))
    assert not is_signed_in(client)
    assert not mike.socialaccount_set.exists()


INSERTS = (
    "INSERT INTO users (email) VALUES (%s)",
    'INSERT INTO account_emailaddress (user_id, email, verified, "primary")'
    " SELECT id, %s, true, false FROM users LIMIT 1",
    "UPDATE users SET email = %s",
    "UPDATE account_emailaddress SET email = %s",
)


@pytest.mark.parametrize("email", [*ALIKE[:3], ALIKE[3]])
def test_the_database_takes_no_such_address_from_anybody(alice, email):
    for sql in INSERTS:
        refused = pytest.raises(IntegrityError, match="look like plain ones")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [email])
    alice.refresh_from_db()
    assert EmailAddress.objects.get().email == alice.email


def test_a_player_whose_address_is_older_than_the_rule_goes_on_playing(alice):
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET email = %s WHERE id = %s", [ALIKE[0], alice.pk])
        cursor.execute("UPDATE account_emailaddress SET email = %s", [ALIKE[0]])
    client = just_proved(alice)
    client.post("/coins/daily/")
    client.post("/profile/", {"first_name": "Ann", "last_name": "", "time_zone": "UTC"})
    alice.refresh_from_db()
    assert (alice.email, alice.coins, alice.first_name) == (ALIKE[0], 53, "Ann")


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/email/", "/accounts/password/reset/"])
def test_an_address_that_is_too_long_is_refused_in_a_sentence(alice, address):
    client = just_proved(alice) if address == "/accounts/email/" else Client()
    sent = {"email": LONG, "password1": PASSWORD, "accepts_rules": "on", "action_add": ""}
    page = client.post(address, sent)
    assert page.status_code < 500
    assert "at most 254 characters" in words(page)
    assert User.objects.count() == 1
