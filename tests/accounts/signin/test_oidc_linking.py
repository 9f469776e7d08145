"""Connecting and disconnecting a provider in an account: real HTTP, real forms, real pages."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from tests.accounts.signin.openid_flow import accept, say_yes, through, way_to_the_provider
from tests.conftest import PASSWORD
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
    page = client.get(say_yes(way_to_the_provider(client, process="connect")), follow=True)
    assert "Confirm that it is you" in words(page)
    assert not SocialAccount.objects.exists()
    page = client.post("/accounts/reauthenticate/", {"password": PASSWORD}, follow=True)
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
