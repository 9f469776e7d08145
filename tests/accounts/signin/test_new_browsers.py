"""A sign-in with a browser not seen before is told, on the site and by mail."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.models import Message, OutboxEmail, User
from accounts.signin.known_browsers import COOKIE, in_words
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _no_earlier_tries(db):
    cache.clear()


@pytest.fixture
def regular(alice):
    """Alice, who has signed in before, on another machine."""
    sign_in(alice)
    return alice


def sign_in(user, client=None):
    client = client or Client(headers={"User-Agent": FIREFOX})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def told(user):
    return list(Message.objects.filter(user=user, kind="sign_in"))


def test_the_first_sign_in_ever_is_not_told(alice):
    sign_in(alice)
    assert told(alice) == []


def test_joining_is_not_told(client):
    fields = {"email": "nova@lucky11.example", "password1": "tall-orange-kettle", "accepts_rules": "on"}
    client.post("/accounts/signup/", fields)
    link = OutboxEmail.objects.latest("pk").text.split("http://testserver")[1].split()[0]
    client.post(link)
    nova = User.objects.get()
    assert "_auth_user_id" in client.session
    assert told(nova) == []
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": nova.email, "password": "tall-orange-kettle"})
    assert told(nova) == [], "the browser is known from joining"


def test_a_new_browser_is_told_with_time_browser_and_address(regular):
    User.objects.filter(pk=regular.pk).update(time_zone="Asia/Tokyo")
    with time_machine.travel(datetime(2026, 12, 24, 20, 5, tzinfo=UTC)):
        sign_in(regular)
    (message,) = told(regular)
    mail = OutboxEmail.objects.get(subject="New sign-in to your account")
    assert mail.recipient == regular.email
    for text in (message.body, mail.text, mail.html):
        assert "25 Dec 2026, 05:05 (Tokyo)" in text
        assert "Firefox on Linux" in text
        assert "127.0.0.1" in text
    assert message.url == "/accounts/sessions/"
    assert "/accounts/sessions/" in mail.text


def test_the_same_browser_is_told_once(regular):
    client = sign_in(regular)
    for _ in range(2):
        client.post("/accounts/logout/")
        sign_in(regular, client)
    assert len(told(regular)) == 1


def test_two_players_share_a_browser(regular, bob):
    sign_in(bob)
    client = sign_in(regular)
    client.post("/accounts/logout/")
    sign_in(bob, client)
    client.post("/accounts/logout/")
    sign_in(regular, client)
    assert (len(told(regular)), len(told(bob))) == (1, 1)


def test_a_browser_cannot_claim_to_be_known(regular, bob):
    sign_in(bob)
    of_bob = sign_in(bob)
    liar = Client(headers={"User-Agent": FIREFOX})
    liar.cookies[COOKIE] = of_bob.cookies[COOKIE].value
    sign_in(regular, liar)
    forger = Client(headers={"User-Agent": FIREFOX})
    forger.cookies[COOKIE] = sign_in(regular).cookies[COOKIE].value.replace(":", "x:", 1)
    sign_in(regular, forger)
    assert len(told(regular)) == 3


def test_the_cookie_does_not_name_the_player(regular):
    cookie = sign_in(regular).cookies[COOKIE]
    assert regular.pk not in cookie.value
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] > 365 * 24 * 3600


def test_it_cannot_be_switched_off(regular):
    from accounts.models import MessageChoice

    MessageChoice.objects.create(user=regular, kind="sign_in", by_email=False, on_site=False)
    sign_in(regular)
    assert len(told(regular)) == 1
    assert OutboxEmail.objects.filter(subject="New sign-in to your account").count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on a Mac"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 OPR/120.0", "Opera on Windows"),
        ("curl/8.0", "an unknown browser"),
        ("", "an unknown browser"),
        ("<script>alert(1)</script>\n", "an unknown browser"),
    ],
)
def test_browsers_have_plain_names(agent, words):
    assert in_words(agent) == words
