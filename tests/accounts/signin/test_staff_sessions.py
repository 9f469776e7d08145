"""How long staff pages stay open: half an hour without use, twelve hours at most, and acts for an hour."""

import time

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache

from accounts.models import User
from tests.accounts.signin.test_second_factor import give_password, set_up
from tests.accounts.signin.test_second_factor_staff import addresses
from tests.conftest import PASSWORD
from tests.support.codes import shown_to
from tests.support.pages import words

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600
UNUSED = "You were signed out because you had not used the staff pages for a while."
LONG_AGO = "You were signed out because you signed in a long time ago."


@pytest.fixture
def boss(make_player):
    return make_player("boss", is_staff=True, is_superuser=True)


@pytest.fixture
def clock(db, settings):
    """A clock that stands still until the test moves it."""
    cache.clear()
    settings.STAFF_SECOND_FACTOR = True
    with time_machine.travel(time.time(), tick=False) as moved:
        yield moved


def at_work(boss, clock):
    """A browser in which staff signed in with both factors and opened the admin."""
    set_up(boss)
    clock.shift(MINUTE)
    client, _ = give_password(boss)
    client.post("/accounts/2fa/authenticate/", {"code": shown_to(boss)})
    assert client.get("/admin/").status_code == 200
    return client


def is_signed_in(client):
    return client.get("/profile/").status_code == 200


def test_after_half_an_hour_without_use_staff_sign_in_again_and_are_back(boss, clock):
    client = at_work(boss, clock)
    clock.shift(31 * MINUTE)
    page = client.get("/admin/accounts/user/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/login/?next=/admin/accounts/user/"
    assert UNUSED in words(page)
    assert not is_signed_in(client)
    sent = {"login": boss.email, "password": PASSWORD, "next": "/admin/accounts/user/"}
    client.post("/accounts/login/?next=/admin/accounts/user/", sent)
    page = client.post("/accounts/2fa/authenticate/", {"code": shown_to(boss)}, follow=True)
    assert page.redirect_chain[-1][0] == "/admin/accounts/user/"
    assert page.status_code == 200


def test_every_page_of_the_admin_asks(boss, clock):
    client = at_work(boss, clock)
    clock.shift(31 * MINUTE)
    kept = dict(client.session.items())
    for address in addresses(boss):
        session = client.session
        session.update(kept)
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/accounts/login/?next="), address
        assert not is_signed_in(client), address


def test_nothing_is_done_by_a_form_that_was_left_open(boss, alice, clock):
    client = at_work(boss, clock)
    clock.shift(31 * MINUTE)
    sent = {"first_name": "Other", "last_name": "", "reason": "because"}
    answer = client.post(f"/admin/accounts/user/{alice.pk}/change/", sent)
    assert answer["Location"] == "/accounts/login/?next=/admin/"
    assert User.objects.get(pk=alice.pk).first_name == "Alice"


def test_whoever_uses_the_pages_stays_but_never_longer_than_a_shift(boss, clock):
    client = at_work(boss, clock)
    for _ in range(35):
        clock.shift(20 * MINUTE)
        assert client.get("/admin/").status_code == 200
    clock.shift(20 * MINUTE)
    page = client.get("/admin/", follow=True)
    assert LONG_AGO in words(page)
    assert not is_signed_in(client)


def test_proving_the_factor_again_does_not_make_the_shift_longer(boss, clock):
    client = at_work(boss, clock)
    for _ in range(33):
        clock.shift(20 * MINUTE)
        client.get("/admin/")
    for _ in range(4):
        client.post("/accounts/2fa/reauthenticate/", {"code": shown_to(boss)})
        clock.shift(20 * MINUTE)
    assert client.get("/admin/").status_code == 302
    assert not is_signed_in(client)


def test_the_limits_are_the_settings(boss, clock, settings):
    settings.STAFF_IDLE_MINUTES = 5
    client = at_work(boss, clock)
    clock.shift(4 * MINUTE)
    assert client.get("/admin/").status_code == 200
    clock.shift(6 * MINUTE)
    assert client.get("/admin/").status_code == 302


def test_players_stay_signed_in(alice, clock):
    client, _ = give_password(alice)
    clock.shift(13 * HOUR)
    assert is_signed_in(client)


def acts(boss, alice):
    """Pages where an act counts, and whether they ask before they are shown."""
    group = Group.objects.first()
    yield f"/admin/accounts/user/{alice.pk}/suspend/", True
    yield f"/admin/accounts/user/{alice.pk}/password/", True
    yield f"/admin/ledger/transaction/adjust/{alice.pk}/", True
    yield f"/admin/accounts/user/{alice.pk}/change/", False
    yield f"/admin/auth/group/{group.pk}/change/", False


def test_acts_ask_for_the_factor_again_after_an_hour(boss, alice, clock):
    client = at_work(boss, clock)
    for _ in range(3):
        clock.shift(21 * MINUTE)
        client.get("/admin/")
    way = "/accounts/2fa/reauthenticate/?next="
    for address, before in acts(boss, alice):
        assert client.post(address, {"reason": "x", "is_staff": "on"})["Location"].startswith(way), address
        shown = client.get(address)
        assert shown.status_code == (302 if before else 200), address
    alice.refresh_from_db()
    assert (alice.suspended_at, alice.is_staff) == (None, False)
    address = f"/admin/accounts/user/{alice.pk}/suspend/"
    page = client.post(
        "/accounts/2fa/reauthenticate/", {"code": shown_to(boss), "next": address}, follow=True
    )
    assert page.redirect_chain[-1][0] == address
    client.post(address, {"reason": "Two accounts"})
    alice.refresh_from_db()
    assert alice.suspended_at is not None


def test_the_password_given_again_does_not_count_for_an_act(boss, alice, clock):
    client = at_work(boss, clock)
    for _ in range(3):
        clock.shift(21 * MINUTE)
        client.get("/admin/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get(f"/admin/accounts/user/{alice.pk}/suspend/").status_code == 302
