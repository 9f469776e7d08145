"""An authenticator app and recovery codes: set up, used, lost, and tried by somebody else."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxEmail
from common.encryption import decrypt
from tests.conftest import PASSWORD
from tests.support.codes import code_mailed_to, shown_for, shown_to
from tests.support.pages import just_proved, signed_in, words

pytestmark = pytest.mark.django_db

ADD = "/accounts/2fa/totp/activate/"
CODES = "/accounts/2fa/recovery-codes/"


@pytest.fixture(autouse=True)
def _no_earlier_tries(db):
    cache.clear()


def give_password(user, client=None):
    client = client or Client()
    return client, client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True)


def at_home(user):
    """A browser in which the player has just given the password again."""
    client, _ = give_password(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def secret_on(page):
    found = re.search(r'class="key">([A-Z2-7]+)<', page.content.decode())
    assert found
    return found[1]


def set_up(user):
    """The player sets up an authenticator app; the browser, and the page that follows."""
    client = at_home(user)
    secret = secret_on(client.get(ADD))
    return client, client.post(ADD, {"code": shown_for(secret)}, follow=True)


def is_signed_in(client):
    return client.get("/profile/").status_code == 200


def recovery_codes_on(page):
    return re.findall(r'<li class="num">(\d{8})</li>', page.content.decode())


@pytest.mark.django_db(transaction=True)
def test_a_player_sets_up_a_code_app_and_gets_recovery_codes(alice):
    client = at_home(alice)
    page = client.get(ADD)
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode(), "the page's policy lets no such picture in"
    wrong = client.post(ADD, {"code": "000000"})
    assert "That code or key is wrong" in words(wrong)
    assert not Authenticator.objects.exists()
    _, page = set_up(alice)
    assert "The authenticator app is on." in words(page)
    assert len(set(recovery_codes_on(page))) == 10
    assert "An authenticator app was added" in OutboxEmail.objects.values_list("subject", flat=True)


def test_signing_in_then_asks_for_the_code(alice):
    set_up(alice)
    client, page = give_password(alice)
    assert "One more step" in words(page)
    assert not is_signed_in(client)
    page = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "That code or key is wrong" in words(page)
    assert not is_signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": shown_to(alice)})
    assert is_signed_in(client)


def test_a_new_password_by_email_does_not_go_round_the_second_factor(alice):
    set_up(alice)
    client = Client()
    client.post("/accounts/password/reset/", {"email": alice.email})
    code = code_mailed_to(alice.email)
    client.post("/accounts/password/reset/confirm/", {"code": code})
    new = {"password1": "brass-river-lamp", "password2": "brass-river-lamp"}
    client.post("/accounts/password/reset/complete/", new, follow=True)
    assert not is_signed_in(client)
    page = client.post(
        "/accounts/login/", {"login": alice.email, "password": "brass-river-lamp"}, follow=True
    )
    assert "One more step" in words(page)
    assert not is_signed_in(client)


def test_a_code_that_was_used_is_not_good_a_second_time(alice):
    set_up(alice)
    with time_machine.travel(timezone.now(), tick=False):
        code = shown_to(alice)
        first, _ = give_password(alice)
        first.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_signed_in(first)
        second, _ = give_password(alice)
        page = second.post("/accounts/2fa/authenticate/", {"code": code})
    assert "was already used" in words(page)
    assert not is_signed_in(second)


def test_a_code_of_a_minute_ago_is_refused(alice):
    set_up(alice)
    code = shown_to(alice)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        client, _ = give_password(alice)
        client.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_signed_in(client)


def test_a_recovery_code_signs_in_once(alice):
    _, page = set_up(alice)
    code = recovery_codes_on(page)[3]
    first, _ = give_password(alice)
    first.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_signed_in(first)
    second, _ = give_password(alice)
    second.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_signed_in(second)
    assert "9 left" in words(first.get("/accounts/2fa/"))


def test_codes_cannot_be_guessed_by_trying_all(alice):
    set_up(alice)
    client, _ = give_password(alice)
    pages = [client.post("/accounts/2fa/authenticate/", {"code": f"{n:06d}"}) for n in range(6)]
    assert "Too many attempts" in words(pages[-1])
    client.post("/accounts/2fa/authenticate/", {"code": shown_to(alice)})
    assert not is_signed_in(client), "even the right one has to wait now"
    other, _ = give_password(alice)
    other.post("/accounts/2fa/authenticate/", {"code": shown_to(alice)})
    assert not is_signed_in(other), "another browser, the same limit"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        assert cursor.fetchone()[0] > 0, "the limits are kept in the database"


def test_the_code_cannot_be_left_out(alice):
    set_up(alice)
    client, _ = give_password(alice)
    for page in ("/profile/", "/coins/", "/accounts/2fa/", "/accounts/password/change/"):
        assert client.get(page).status_code == 302
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "page", [ADD, "/accounts/2fa/webauthn/add/", CODES, CODES + "generate/", CODES + "download/"]
)
def test_what_protects_the_account_asks_for_the_password_again(alice, page):
    set_up(alice)
    if page == ADD:
        Authenticator.objects.all().delete()
    client = signed_in(alice)
    answer = client.get(page, follow=True)
    assert "Confirm that it is you" in words(answer)
    assert not recovery_codes_on(answer)


def test_turning_it_off_asks_for_the_password_and_is_told_by_mail(alice):
    set_up(alice)
    off = "/accounts/2fa/totp/deactivate/"
    client = signed_in(alice)
    assert client.post(off).status_code == 302
    assert Authenticator.objects.count() == 2
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.post(off, follow=True)
    assert "The authenticator app is off." in words(page)
    assert not Authenticator.objects.exists(), "recovery codes alone are no second factor"
    mail = OutboxEmail.objects.get(subject="The authenticator app was removed")
    assert mail.recipient == alice.email
    assert mail.html
    assert is_signed_in(give_password(alice)[0])


def test_new_recovery_codes_replace_the_old_ones(alice):
    client, page = set_up(alice)
    old = recovery_codes_on(page)
    assert "will stop working" in words(client.get(CODES + "generate/"))
    new = recovery_codes_on(client.post(CODES + "generate/", follow=True))
    assert len(new) == 10
    assert not set(old) & set(new)
    other, _ = give_password(alice)
    other.post("/accounts/2fa/authenticate/", {"code": old[0]})
    assert not is_signed_in(other)
    assert client.get(CODES + "download/").content.decode().split() == new


def test_a_copy_of_the_database_does_not_tell_the_secrets(alice, settings):
    _, page = set_up(alice)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    secret = decrypt(Authenticator.objects.get(type="totp").data["secret"])
    assert secret not in kept
    assert not any(code in kept for code in recovery_codes_on(page))
    newer = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [newer, *settings.ENCRYPTION_KEYS]
    call_command("rotate_encryption", stdout=StringIO())
    settings.ENCRYPTION_KEYS = [newer]
    assert decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret
    client, _ = give_password(alice)
    client.post("/accounts/2fa/authenticate/", {"code": recovery_codes_on(page)[0]})
    assert is_signed_in(client)


def test_without_a_confirmed_email_there_is_no_second_factor(make_player):
    carol = make_player("carol", confirmed=False)
    page = just_proved(carol).get(ADD, follow=True)
    assert "First confirm all your email addresses" in words(page)


def test_nobody_sees_or_removes_somebody_elses(alice, bob):
    set_up(alice)
    key = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Key", "credential": {}})
    client = at_home(bob)
    assert "Set up an authenticator app" in words(client.get("/accounts/2fa/"))
    assert client.get(CODES).status_code == 404
    for page in (
        f"/accounts/2fa/webauthn/keys/{key.pk}/remove/",
        f"/accounts/2fa/webauthn/keys/{key.pk}/edit/",
    ):
        assert client.post(page, {"name": "mine"}).status_code == 404
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 404
    assert Authenticator.objects.count() == 3


NO_PASSKEYS = [
    "",
    "9" * 5_000,
    "[" * 100_000,
    "nonsense",
    "{}",
    "[]",
    '"x"',
    '{"id": 1}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": "x"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", '
    '"authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "eA"}}',
]


@pytest.mark.parametrize("sent", NO_PASSKEYS)
def test_a_passkey_that_is_none_signs_nobody_in(client, sent):
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    page = client.post("/accounts/2fa/webauthn/login/", {"credential": sent}, follow=True)
    assert page.status_code == 200
    assert not is_signed_in(client)


@pytest.mark.parametrize("sent", NO_PASSKEYS)
def test_a_passkey_that_is_none_is_not_added(alice, sent):
    client = at_home(alice)
    client.get("/accounts/2fa/webauthn/add/")
    page = client.post("/accounts/2fa/webauthn/add/", {"credential": sent, "name": "Key"})
    assert "There is a problem" in words(page)
    assert not Authenticator.objects.exists()
    assert client.post("/accounts/2fa/webauthn/reauthenticate/", {"credential": sent}).status_code == 302


def test_the_pages_look_like_lucky11(alice):
    client, _ = set_up(alice)
    for page in (
        "/accounts/2fa/",
        CODES,
        CODES + "generate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
    ):
        text = client.get(page).content.decode()
        assert text.count("<h1") == 1
        assert 'class="skip"' in text
        assert "style=" not in text
