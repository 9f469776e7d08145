"""The admin opens to staff who used a second factor in the same session, when the setting asks for it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from tests.accounts.signin.test_second_factor import at_home, give_password, set_up
from tests.conftest import PASSWORD
from tests.support.codes import shown_to
from tests.support.pages import signed_in, words
from tests.support.staff import all_routes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asks_for_a_second_factor(db, settings):
    cache.clear()
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def boss(make_player):
    return make_player("boss", is_staff=True, is_superuser=True)


def addresses(user):
    """An address of every page that the admin has; the door stands before it asks what is behind."""
    yield from (f"/admin/{re.sub(r'<[^>]+>', user.pk, route)}" for route in all_routes() if "^" not in route)
    yield from ("/admin/accounts/", "/admin/jsi18n/", "/admin/autocomplete/", "/admin/no/such/page/")


def test_staff_without_one_are_sent_to_add_one_from_every_page(boss):
    client = signed_in(boss)
    count = 0
    for address in addresses(boss):
        page = client.get(address, follow=True)
        assert page.redirect_chain[-1][0] == "/accounts/2fa/", address
        assert "You need two-step sign-in to open staff pages." in words(page)
        count += 1
    assert count > 90


def test_nothing_is_done_by_posting_either(boss):
    client = signed_in(boss)
    before = boss.first_name
    page = client.post(f"/admin/accounts/user/{boss.pk}/change/", {"first_name": "Other"})
    assert page.status_code == 302
    boss.refresh_from_db()
    assert boss.first_name == before


def test_staff_use_the_factor_and_come_to_where_they_wanted_to_be(boss):
    set_up(boss)
    client = signed_in(boss)
    page = client.get("/admin/accounts/user/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    page = client.post(page.redirect_chain[-1][0], {"code": "000000", "next": "/admin/accounts/user/"})
    assert "That code or key is wrong" in words(page)
    assert client.get("/admin/").status_code == 302
    sent = {"code": shown_to(boss), "next": "/admin/accounts/user/"}
    page = client.post("/accounts/2fa/reauthenticate/", sent, follow=True)
    assert page.redirect_chain[-1][0] == "/admin/accounts/user/"
    assert page.status_code == 200
    assert client.get("/admin/").status_code == 200


def test_signing_in_with_the_code_opens_the_admin_at_once(boss):
    set_up(boss)
    client, _ = give_password(boss)
    client.post("/accounts/2fa/authenticate/", {"code": shown_to(boss)})
    assert client.get("/admin/").status_code == 200


def test_the_password_given_again_is_no_second_factor(boss):
    set_up(boss)
    client = signed_in(boss)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/admin/").status_code == 302


def test_a_factor_that_was_removed_opens_nothing_any_more(boss):
    set_up(boss)
    client, _ = give_password(boss)
    client.post("/accounts/2fa/authenticate/", {"code": shown_to(boss)})
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/accounts/2fa/"


def test_another_factor_than_the_one_that_was_used_and_removed_is_asked_for(boss):
    set_up(boss)
    client, _ = give_password(boss)
    client.post("/accounts/2fa/authenticate/", {"code": shown_to(boss)})
    Authenticator.objects.create(user=boss, type="webauthn", data={"name": "Key", "credential": {}})
    Authenticator.objects.filter(type="totp").delete()
    assert client.get("/admin/").status_code == 302


def test_players_and_visitors_are_answered_as_before(alice, boss):
    assert signed_in(alice).get("/admin/", follow=True).status_code == 403
    page = Client().get("/admin/accounts/user/", follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_staff_with_only_a_passkey_are_asked_for_it(boss):
    Authenticator.objects.create(user=boss, type="webauthn", data={"name": "Key", "credential": {}})
    way = signed_in(boss).get("/admin/login/?next=/admin/")["Location"]
    assert way.startswith("/accounts/2fa/webauthn/reauthenticate/?next=")


def test_without_the_setting_the_sign_in_is_enough(boss, settings):
    settings.STAFF_SECOND_FACTOR = False
    assert at_home(boss).get("/admin/").status_code == 200


def test_the_door_leads_nowhere_else(boss):
    set_up(boss)
    client = signed_in(boss)
    way = client.get("/admin/login/?next=https://evil.example/")["Location"]
    answer = client.post(way.partition("?")[0], {"code": shown_to(boss), "next": "https://evil.example/"})
    assert "evil" not in answer["Location"]
