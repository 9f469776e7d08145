"""Signing out: staff for a player who lost a phone, and what a browser keeps afterwards."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Message, OutboxEmail, Session
from accounts.signin.signed_out import SignOutRefused, sign_out_everywhere
from tests.conftest import PASSWORD
from tests.support.pages import just_proved, signed_in, words
from tests.support.staff import logged, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_tries(db):
    cache.clear()


@pytest.fixture
def clerk(make_player):
    return make_member(make_player, "Support")


def page(player):
    return f"/admin/accounts/user/{player.pk}/sign-out/"


def is_signed_in(client):
    return client.get("/profile/").status_code == 200


def test_staff_end_all_sessions_with_a_reason_that_the_player_reads(clerk, alice, bob):
    phone, laptop, other, desk = (signed_in(user) for user in (alice, alice, bob, clerk))
    assert "Sign out everywhere" in words(desk.get(f"/admin/accounts/user/{alice.pk}/change/"))
    assert desk.post(page(alice), {"reason": " "}).status_code == 400
    assert is_signed_in(phone)
    done = desk.post(page(alice), {"reason": "Lost the phone"}, follow=True)
    assert "2 sessions were ended." in words(done)
    assert [is_signed_in(each) for each in (phone, laptop, other)] == [False, False, True]
    assert logged(alice) == [(clerk.email, "Signed out everywhere. Why: Lost the phone")]
    told = Message.objects.get(user=alice, kind="account")
    assert (told.title, told.body) == ("You were signed out everywhere", "Lost the phone")
    mail = OutboxEmail.objects.get(recipient=alice.email, subject=told.title)
    assert "Lost the phone" in mail.text
    assert "Lost the phone" in mail.html


def test_who_is_about_to_sign_in_or_to_choose_a_password_starts_again(clerk, alice):
    thief = Client()
    thief.post("/accounts/password/reset/", {"email": alice.email})
    assert thief.get("/accounts/password/reset/confirm/").status_code == 200
    sign_out_everywhere(alice.pk, "Somebody else is in the account", clerk)
    assert thief.get("/accounts/password/reset/confirm/").status_code == 302
    assert not Session.objects.filter(sid=thief.cookies["sessionid"].value).exists()


def test_only_superusers_sign_staff_out(clerk, make_player):
    other = make_member(make_player, "Coins")
    session = signed_in(other)
    assert signed_in(clerk).post(page(other), {"reason": "Why not"}).status_code == 403
    with pytest.raises(SignOutRefused, match="Only a superuser"):
        sign_out_everywhere(other.pk, "Why not", clerk)
    assert is_signed_in(session)


@pytest.mark.parametrize("way", ["/accounts/logout/", "/admin/logout/", "/profile/delete/"])
def test_whoever_signs_out_leaves_no_pages_in_the_browser(make_player, way):
    player = make_player("staff", is_staff=True) if "admin" in way else make_player("alice")
    client = just_proved(player)
    assert "Clear-Site-Data" not in client.get("/profile/").headers
    answer = client.post(way, {"typed": "DELETE", "sure": "on"})
    assert answer["Clear-Site-Data"] == '"cache"'
    assert not is_signed_in(client)


def test_nothing_is_cleared_for_who_was_not_signed_in(client, alice):
    assert "Clear-Site-Data" not in client.post("/accounts/logout/").headers
    sent = {"login": alice.email, "password": PASSWORD}
    assert "Clear-Site-Data" not in client.post("/accounts/login/", sent).headers
