"""Where a player is signed in, and signing out everywhere else."""

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Session
from tests.conftest import PASSWORD
from tests.support.pages import just_proved, words

pytestmark = pytest.mark.django_db

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"
)
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


@pytest.fixture(autouse=True)
def _no_earlier_tries(db):
    cache.clear()


def sign_in(user, agent=LAPTOP, password=PASSWORD):
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": password})
    client.post("/accounts/reauthenticate/", {"password": password})
    return client


def is_signed_in(client):
    return client.get("/profile/").status_code == 200


def test_the_list_says_which_browsers_and_from_where(alice, bob):
    phone, laptop = sign_in(alice, PHONE), sign_in(alice)
    sign_in(bob)
    page = words(laptop.get("/accounts/sessions/"))
    assert "Safari on an iPhone" in page
    assert "Edge on Windows This browser" in page
    assert page.count("from 127.0.0.1") == 2
    assert is_signed_in(phone)


def test_signing_out_everywhere_else_leaves_only_this_browser(alice, bob):
    phone, tablet, laptop, others = (sign_in(user) for user in (alice, alice, alice, bob))
    page = laptop.post("/accounts/sessions/", follow=True)
    assert "You are signed out everywhere else." in words(page)
    assert not is_signed_in(phone)
    assert not is_signed_in(tablet)
    assert is_signed_in(laptop)
    assert is_signed_in(others)
    assert [row.sess["_auth_user_id"] for row in Session.objects.all()].count(alice.pk) == 1
    assert "Sign out everywhere else" not in words(laptop.get("/accounts/sessions/"))


def test_a_changed_password_ends_the_other_sessions(alice):
    phone, laptop = sign_in(alice), sign_in(alice)
    new = {"oldpassword": PASSWORD, "password1": "brass-river-lamp", "password2": "brass-river-lamp"}
    laptop.post("/accounts/password/change/", new)
    assert not is_signed_in(phone)
    assert is_signed_in(laptop)
    assert words(laptop.get("/accounts/sessions/")).count("from 127.0.0.1") == 1


def test_a_browser_that_signed_out_is_no_longer_listed(alice):
    phone, laptop = sign_in(alice, PHONE), sign_in(alice)
    phone.post("/accounts/logout/")
    assert "iPhone" not in words(laptop.get("/accounts/sessions/"))
    assert UserSession.objects.count() == 1


def test_pages_do_not_write_when_a_browser_was_seen(alice):
    client = sign_in(alice)
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert not [query for query in queries if "usersessions" in query["sql"]]


def test_a_visitor_is_sent_to_sign_in(client):
    assert client.get("/accounts/sessions/")["Location"].startswith("/accounts/login/")


def test_a_session_without_a_record_is_a_page_too(alice):
    assert "Only here, in this browser." in words(just_proved(alice).get("/accounts/sessions/"))
