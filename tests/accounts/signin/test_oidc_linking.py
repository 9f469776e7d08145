"""Connecting and disconnecting a provider in an account: real HTTP, real forms, real pages."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import OldAccount, fingerprint_of
from tests.accounts.signin.openid_flow import accept, say_yes, through, way_to_the_provider
from tests.accounts.signin.test_second_factor import set_up
from tests.conftest import PASSWORD
from tests.support.codes import shown_to
from tests.support.openid_provider import offered_by
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db


def reauthenticated(alice):
    client = Client()
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_a_player_connects_and_disconnects_the_provider_after_the_password(provider, alice):
    client = reauthenticated(alice)
    page = client.get(say_yes(way_to_the_provider(client, process="connect")), follow=True)
    assert "Connected." in words(page)
    link = SocialAccount.objects.get()
    assert link.user == alice
    assert "Replica" in words(client.get("/accounts/3rdparty/"))
    page = client.post("/accounts/3rdparty/", {"account": link.pk}, follow=True)
    assert "Disconnected." in words(page)
    assert not SocialAccount.objects.exists()


def test_connecting_asks_for_the_password_first(provider, alice):
    client = signed_in(alice)
    page = client.post("/accounts/oidc/replica/login/?process=connect", follow=True)
    assert "Confirm that it is you" in words(page)
    assert not SocialAccount.objects.exists()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert not SocialAccount.objects.exists(), "nothing that was begun before goes on by itself"
    client.get(say_yes(way_to_the_provider(client, process="connect")))
    assert SocialAccount.objects.get().user == alice


def test_somebody_elses_link_is_not_taken_over(provider, alice, bob):
    SocialAccount.objects.create(user=bob, provider="openid", uid="u-1", extra_data={"iss": provider.origin})
    client = reauthenticated(alice)
    page = client.get(say_yes(way_to_the_provider(client, process="connect")), follow=True)
    assert "already connected to another player" in words(page)
    assert SocialAccount.objects.get().user == bob


def test_the_last_way_to_sign_in_stays(client, provider):
    through(client)
    accept(client)
    link = SocialAccount.objects.get()
    page = client.post("/accounts/3rdparty/", {"account": link.pk})
    assert "This is your only way to sign in" in words(page)
    assert SocialAccount.objects.exists()


def test_a_link_to_a_provider_that_the_site_offers_no_more_is_not_shown_and_not_lost(
    provider, settings, alice
):
    SocialAccount.objects.create(user=alice, provider="openid", uid="u-1")
    client = reauthenticated(alice)
    settings.SOCIALACCOUNT_PROVIDERS = {}
    page = client.get("/accounts/3rdparty/")
    assert "Nothing is connected" in words(page)
    link = SocialAccount.objects.get()
    assert client.post("/accounts/3rdparty/", {"account": link.pk}).status_code == 200
    settings.SOCIALACCOUNT_PROVIDERS = offered_by(provider.origin)
    assert "Disconnect this account" in words(client.get("/accounts/3rdparty/"))


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}])
def test_an_email_at_the_provider_opens_no_account_of_staff(client, provider, make_player, rights):
    boss = make_player("boss", **rights)
    provider.claims["email"] = boss.email
    page = through(client)
    assert page.status_code == 409
    assert "Sign in the way you did before" in words(page)
    assert not SocialAccount.objects.exists()
    assert client.get("/profile/").status_code == 302


def test_an_id_of_the_old_site_opens_no_account_of_staff(client, provider, make_player):
    boss = make_player("boss", is_staff=True)
    OldAccount.objects.create(digest=fingerprint_of("u-1"), user=boss)
    provider.claims["email"] = boss.email
    assert through(client).status_code == 409
    assert not SocialAccount.objects.exists()


def test_an_email_that_its_player_has_not_confirmed_here_is_not_linked(client, provider, make_player):
    squatter = make_player("squatter", confirmed=False)
    provider.claims["email"] = squatter.email
    assert through(client).status_code == 409
    assert not SocialAccount.objects.exists()


def test_staff_connect_a_provider_once_they_used_their_second_factor(provider, make_player, settings):
    settings.STAFF_SECOND_FACTOR = True
    boss = make_player("boss", is_staff=True)
    client = reauthenticated(boss)
    page = client.get(say_yes(way_to_the_provider(client, process="connect")), follow=True)
    assert page.status_code == 403
    assert "only after using your second factor" in words(page)
    assert not SocialAccount.objects.exists()
    set_up(boss)
    client.post("/accounts/2fa/reauthenticate/", {"code": shown_to(boss)})
    client.get(say_yes(way_to_the_provider(client, process="connect")), follow=True)
    assert SocialAccount.objects.get().user == boss
