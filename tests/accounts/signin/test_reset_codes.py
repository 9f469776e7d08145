"""A code for a new password: late emails still work, and nobody gets more tries than they are given."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxEmail, User
from tests.conftest import PASSWORD
from tests.races.together import at_once
from tests.support.pages import words

pytestmark = pytest.mark.django_db

ASK, CODE, CHOOSE = (f"/accounts/password/reset/{page}" for page in ("", "confirm/", "complete/"))
UNKNOWN = "nobody@lucky11.example"
NEW = {"password1": "brass-river-lamp", "password2": "brass-river-lamp"}
TOO_OFTEN = "That code was tried too often and no longer works. Ask for a new one."


@pytest.fixture(autouse=True)
def _no_earlier_tries(db):
    cache.clear()


def asked(email, client=None):
    """A browser in which somebody asked for a code."""
    client = client or Client()
    client.post(ASK, {"email": email})
    return client


def newest_code(email):
    mail = OutboxEmail.objects.filter(recipient=email).latest("pk")
    found = re.search(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]


def try_code(client, code):
    return client.post(CODE, {"code": code}, follow=True)


def is_let_in(client):
    return "Save the new password" in words(client.get(CHOOSE, follow=True))


def at_home(user):
    """A browser that the player has signed in with before, and is signed out again."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/logout/")
    return client


def test_an_email_that_comes_twenty_minutes_late_still_works(alice):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = asked(alice.email)
        clock.shift(timedelta(minutes=20))
        try_code(client, newest_code(alice.email))
        client.post(CHOOSE, NEW)
    alice.refresh_from_db()
    assert alice.check_password(NEW["password1"])


@pytest.mark.parametrize("email", ["", UNKNOWN], ids=["a known email", "an unknown one"])
def test_a_code_that_is_too_old_says_so_and_the_next_is_one_press_away(alice, email):
    email = email or alice.email
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = asked(email)
        clock.shift(timedelta(minutes=31))
        for page in (client.get(CODE), client.post(CODE, {"code": "AAAA-AAA"}), client.get(CHOOSE)):
            assert page.status_code == 410
            assert "This code is too old" in words(page)
            assert "Your password was not changed." in words(page)
            assert f'name="email" value="{email}"' in page.content.decode()
        client.post(ASK, {"email": email})
        assert client.get(CODE).status_code == 200


def test_who_takes_too_long_to_choose_the_password_is_told_too(alice):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = asked(alice.email)
        try_code(client, newest_code(alice.email))
        clock.shift(timedelta(minutes=31))
        assert "This code is too old" in words(client.post(CHOOSE, NEW))
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_code_is_good_only_in_the_browser_that_asked_for_it(alice):
    asked(alice.email)
    theirs = newest_code(alice.email)
    for elsewhere in (Client(), asked(alice.email)):
        try_code(elsewhere, theirs)
        assert not is_let_in(elsewhere)


def test_a_code_has_three_tries(alice):
    client = asked(alice.email)
    for _ in range(2):
        assert "That is not the code we sent." in words(try_code(client, "AAAA-AAA"))
    assert TOO_OFTEN in words(try_code(client, "AAAA-AAA"))
    try_code(client, newest_code(alice.email))
    assert not is_let_in(client)


@pytest.mark.django_db(transaction=True)
def test_twelve_guesses_at_once_are_no_more_than_three(alice):
    client = asked(alice.email)
    session = client.cookies["sessionid"].value

    def guess(number):
        own = Client()
        own.cookies["sessionid"] = session
        return "That is not the code we sent." in words(own.post(CODE, {"code": f"AAAA-A{number:02}"}))

    looked_at = at_once([lambda number=number: guess(number) for number in range(12)])
    assert sum(looked_at) <= 3
    try_code(client, newest_code(alice.email))
    assert not is_let_in(client), "the right code comes too late"


@pytest.mark.parametrize("email", ["", UNKNOWN], ids=["a known email", "an unknown one"])
def test_ever_new_codes_do_not_give_ever_more_tries(alice, email):
    email = email or alice.email
    looked_at = 0
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(6):
            clock.shift(timedelta(minutes=1))
            guesser = asked(email)
            looked_at += sum(
                "That is not the code we sent." in words(try_code(guesser, "AAAA-AAA")) for _ in range(2)
            )
    assert looked_at == 10


def test_a_guesser_does_not_keep_the_player_from_a_new_password(alice):
    home = at_home(alice)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(6):
            clock.shift(timedelta(minutes=1))
            guesser = asked(alice.email)
            for _ in range(3):
                try_code(guesser, "AAAA-AAA")
        for _ in range(6):
            asked(alice.email)
        asked(alice.email, home)
        try_code(home, newest_code(alice.email))
        assert is_let_in(home)


def test_somebody_who_tries_passwords_does_not_lock_the_player_out(alice):
    home, stranger = at_home(alice), Client(REMOTE_ADDR="198.51.100.9")
    for _ in range(6):
        page = stranger.post("/accounts/login/", {"login": alice.email, "password": "wrong-kettle-lamp"})
    assert "Too many attempts" in words(page)
    other = Client(REMOTE_ADDR="198.51.100.10")
    page = other.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert "Too many attempts" in words(page), "from a browser nobody knows"
    home.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert home.get("/profile/").status_code == 200
    page = home.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert page.status_code == 302, "nor from proving it again"


def test_a_known_browser_has_no_more_tries_than_others(alice):
    home = at_home(alice)
    pages = [
        home.post("/accounts/login/", {"login": alice.email, "password": f"wrong-kettle-{number}"})
        for number in range(6)
    ]
    assert "Too many attempts" not in words(pages[4])
    assert "Too many attempts" in words(pages[5])


def test_a_browser_known_for_one_account_is_a_stranger_to_another(alice, bob):
    browser = at_home(bob)
    stranger = Client(REMOTE_ADDR="198.51.100.9")
    for _ in range(6):
        stranger.post("/accounts/login/", {"login": alice.email, "password": "wrong-kettle-lamp"})
    page = browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert "Too many attempts" in words(page)
    assert User.objects.filter(pk=alice.pk, last_login=None).exists()
