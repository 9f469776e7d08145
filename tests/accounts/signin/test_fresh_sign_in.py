"""Who holds a player's session alone, a thief perhaps, changes nothing that protects the account."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from accounts.models import DataExport, Session, User
from accounts.signin.fresh import ASKS, LINK
from tests.accounts.signin.openid_flow import accept, say_yes, through, way_to_the_provider
from tests.conftest import PASSWORD
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db

# Every other address about an account, and why it asks for no fresh sign-in.
NOBODY_IS_SIGNED_IN = "for who is not signed in"
ASKS_ITSELF = "asks for the password itself"
ONLY_SHOWS = "changes nothing that protects the account"
OFF = "not offered by this site, or replaced by an address of its own"
PROVES = "this is where players prove who they are"
WITH_A_LINK = "needs what was sent by email"
OTHERS = {
    "account_login": NOBODY_IS_SIGNED_IN,
    "account_signup": OFF,
    "accounts:signup": NOBODY_IS_SIGNED_IN,
    "accounts:join_through_provider": NOBODY_IS_SIGNED_IN,
    "socialaccount_signup": OFF,
    "account_inactive": NOBODY_IS_SIGNED_IN,
    "account_logout": "anybody may end the session they hold",
    "account_reauthenticate": PROVES,
    "mfa_reauthenticate": PROVES,
    "mfa_reauthenticate_webauthn": PROVES,
    "mfa_authenticate": NOBODY_IS_SIGNED_IN,
    "mfa_login_webauthn": NOBODY_IS_SIGNED_IN,
    "account_email_verification_sent": OFF,
    "accounts:waiting": "sends one email, to an address that waits for it",
    "account_confirm_email": OFF,
    "account_email": OFF,
    "accounts:undo": WITH_A_LINK,
    "accounts:confirm": WITH_A_LINK,
    "account_change_password": ASKS_ITSELF,
    "account_reset_password": OFF,
    "account_confirm_password_reset_code": OFF,
    "account_complete_password_reset": OFF,
    "accounts:reset_password": NOBODY_IS_SIGNED_IN,
    "accounts:reset_code": WITH_A_LINK,
    "accounts:reset_complete": WITH_A_LINK,
    "account_password_reset_completed": ONLY_SHOWS,
    "account_confirm_login_code": OFF,
    "accounts:time_zone": "changes what is shown, once a week",
    "mfa_index": ONLY_SHOWS,
    "mfa_list_webauthn": ONLY_SHOWS,
    "socialaccount_login_cancelled": ONLY_SHOWS,
    "socialaccount_login_error": ONLY_SHOWS,
    "openid_connect_login": OFF,
    "openid_connect_callback": OFF,
    "accounts:openid_callback": "comes back from an address that asks",
    "accounts:profile": ONLY_SHOWS,
}


@pytest.fixture(autouse=True)
def _no_earlier_tries(db):
    cache.clear()


def confirm(client):
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def addresses(patterns=None, path="", space=""):
    """Every address below the account's folders, with its name."""
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        here = path + str(each.pattern).lstrip("^")
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            if not here.startswith("admin/"):
                yield from addresses(each.url_patterns, here, inner)
        # Those without a name are old addresses that lead to new ones.
        elif isinstance(each, URLPattern) and each.name and here.startswith(("accounts/", "profile/")):
            yield f"{space}{each.name}"


def test_every_account_address_asks_or_has_a_reason_not_to():
    asks = {*ASKS, *LINK}
    assert not asks & set(OTHERS)
    assert set(addresses()) == asks | set(OTHERS)


@pytest.mark.parametrize("name", sorted(ASKS))
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stolen_session_is_asked_for_the_password(alice, name, method):
    numbers = {"accounts:data_file": [1], "mfa_edit_webauthn": [1], "mfa_remove_webauthn": [1]}
    where = reverse(name, args=numbers.get(name, []))
    answer = getattr(signed_in(alice), method)(where)
    after = reverse(ASKS[name]) if ASKS[name] else where
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/reauthenticate/?next={after.replace('/', '%2F')}"
    assert resolve(after)


def test_a_thief_with_a_session_adds_no_address(alice):
    thief = signed_in(alice)
    thief.post("/accounts/email/", {"email": "thief@lucky11.example", "action_add": ""})
    assert [row.email for row in EmailAddress.objects.all()] == [alice.email]


def test_what_a_thief_sent_is_not_done_once_the_player_gives_the_password(alice):
    # Both have the same session: the thief leaves a form behind, the player opens the page later.
    shared = signed_in(alice)
    shared.post("/accounts/email/", {"email": "thief@lucky11.example", "action_add": ""})
    page = shared.post(
        "/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/email/"}, follow=True
    )
    assert "Nothing was changed. Confirm that it is you, then do it again." in words(page)
    assert [row.email for row in EmailAddress.objects.all()] == [alice.email]


def test_a_thief_ends_no_session_and_takes_no_data_along(alice):
    thief, owner = signed_in(alice), signed_in(alice)
    thief.post("/accounts/sessions/")
    thief.post("/profile/data/ask/")
    assert Session.objects.count() == 2
    assert owner.get("/profile/").status_code == 200
    assert not DataExport.objects.exists()


def test_the_proof_holds_for_a_few_minutes(alice, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 120
    client = signed_in(alice)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        confirm(client)
        clock.shift(timedelta(seconds=119))
        assert client.get("/accounts/email/").status_code == 200
        clock.shift(timedelta(seconds=2))
        assert client.get("/accounts/email/").status_code == 302


def test_who_has_just_signed_in_is_not_asked_again(alice):
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        assert client.get("/accounts/email/").status_code == 200
        clock.shift(timedelta(minutes=6))
        assert client.get("/accounts/email/").status_code == 302


def test_a_thief_connects_no_provider_by_waiting_for_the_password(provider, alice):
    shared = signed_in(alice)
    page = shared.post("/accounts/oidc/replica/login/?process=connect")
    assert page["Location"].startswith("/accounts/reauthenticate/")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        confirm(shared)
        answer = say_yes(way_to_the_provider(shared, process="connect"))
        clock.shift(timedelta(minutes=6))
        assert "Confirm that it is you" in words(shared.get(answer, follow=True))
        confirm(shared)
    assert not SocialAccount.objects.exists()


def test_who_has_no_password_signs_in_again_through_the_provider(client, provider):
    through(client)
    accept(client)
    assert client.get("/accounts/email/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        for path in ("/accounts/email/", "/accounts/password/set/", "/accounts/2fa/totp/activate/"):
            page = client.get(path)
            assert page.status_code == 403
            assert "Sign in again first" in words(page)
        new = {"password1": "brass-river-lamp", "password2": "brass-river-lamp"}
        client.post("/accounts/password/set/", new)
        assert not User.objects.get().has_usable_password()
        again = f"/accounts/login/?next={reverse('account_email').replace('/', '%2F')}"
        assert client.post("/accounts/logout/", {"next": again})["Location"] == again
        through(client)
        assert client.get("/accounts/email/").status_code == 200


def test_a_second_factor_is_a_proof_too(alice):
    Authenticator.objects.create(user=alice, type="totp", data={"secret": ""})
    page = Client().get("/accounts/email/")
    assert page["Location"].startswith("/accounts/login/")
    page = signed_in(alice).get("/accounts/email/", follow=True)
    assert "/accounts/2fa/reauthenticate/" in page.content.decode()
