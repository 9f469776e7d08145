"""The pages for taking one's data along and for leaving."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxEmail, User
from accounts.privacy.account_deletion import delete_account
from tests.conftest import PASSWORD
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db

DELETE = "/profile/delete/"
REASSURED = {"typed": "DELETE", "sure": "on"}


def just_signed_in(user: User) -> Client:
    """A browser in which the player typed their password a moment ago."""
    client = signed_in(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_deleting_asks_for_the_password_first(alice):
    client = signed_in(alice)
    assert client.get(DELETE)["Location"] == "/accounts/reauthenticate/?next=%2Fprofile%2Fdelete%2F"
    response = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": DELETE}, follow=True)
    assert "Delete your account" in words(response)


def test_a_form_sent_without_the_password_is_not_acted_upon_once_it_is_typed(alice):
    client = signed_in(alice)
    response = client.post(DELETE, REASSURED, follow=True)
    assert "Nothing was changed. Confirm that it is you" in words(response)
    response = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": DELETE}, follow=True)
    assert "What you give up" in words(response)
    alice.refresh_from_db()
    assert alice.closed_at is None


def test_a_wrong_password_leads_nowhere(alice):
    client = signed_in(alice)
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert client.get(DELETE).status_code == 302


def test_a_password_typed_long_ago_is_asked_for_again(alice, time_machine):
    client = just_signed_in(alice)
    time_machine.move_to(timezone.now() + timedelta(seconds=301))
    client.post(DELETE, REASSURED)
    alice.refresh_from_db()
    assert alice.closed_at is None


def test_deleting_on_the_page_ends_with_a_last_word_and_signed_out(alice):
    client = just_signed_in(alice)
    response = client.post(DELETE, REASSURED, follow=True)
    assert response.redirect_chain == [("/", 302)]
    page = words(response)
    assert "Your account is deleted. We sent you one last email." in page
    assert "Sign in" in page
    alice.refresh_from_db()
    assert alice.closed_at is not None
    assert OutboxEmail.objects.filter(key=f"goodbye:{alice.pk}").exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Type DELETE in capital letters. Nothing was deleted."),
        ({"typed": "delete", "sure": "on"}, "Type DELETE in capital letters. Nothing was deleted."),
        ({"typed": "DELETE" * 100, "sure": "on"}, "There is a problem"),
        ({"typed": "DELETE"}, "Tick the box to confirm. Nothing was deleted."),
    ],
)
def test_both_steps_have_to_be_taken(alice, sent, said):
    response = just_signed_in(alice).post(DELETE, {**sent, "x": "1"})
    assert response.status_code == 400
    assert said in words(response)
    alice.refresh_from_db()
    assert alice.closed_at is None


def test_the_page_says_what_is_given_up(alice, make_draw):
    won = make_draw(title="A kite", prize_amount=9)
    take(alice, won)
    finish(won)
    take(alice, make_draw(), 2)
    alice.refresh_from_db()
    page = words(just_signed_in(alice).get(DELETE))
    assert f"{alice.coins} coins, which nobody else will get." in page
    assert "2 tickets in 1 draw still to be drawn" in page
    assert "Your prize in “A kite”" in page


def test_staff_are_told_why_they_cannot(make_player):
    staff = make_player("clerk", is_staff=True)
    client = just_signed_in(staff)
    for response in (client.get(DELETE), client.post(DELETE, REASSURED)):
        assert response.status_code == 403
        assert "Staff accounts cannot be deleted here" in words(response)
    staff.refresh_from_db()
    assert staff.closed_at is None


def test_deleting_is_for_who_is_signed_in(client):
    assert client.get(DELETE)["Location"] == f"/accounts/login/?next={DELETE}"


def test_deleting_needs_the_form_of_this_site(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(DELETE, REASSURED).status_code == 403


def test_a_suspended_player_may_leave_and_take_their_data_along(alice):
    User.objects.filter(pk=alice.pk).update(suspended_at=alice.created_at, suspended_reason="Many accounts.")
    client = just_signed_in(alice)
    page = words(client.get("/profile/"))
    assert "Your account is suspended Many accounts." in page
    assert client.post("/profile/data/ask/").status_code == 302
    assert client.post(DELETE, REASSURED).status_code == 302
    alice.refresh_from_db()
    assert (alice.closed_at is None, alice.suspended_reason) == (False, "")
    assert alice.suspended_at is not None


# -- the profile as the way to everything --


def test_the_profile_leads_to_everything_about_the_player(alice):
    page = signed_in(alice).get("/profile/").content.decode().partition("<footer")[0]
    for path in (
        *("/tickets/", "/coins/", "/safer-play/", "/rules/", "/messages/", "/messages/choices/"),
        *("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/"),
        *("/profile/data/", "/profile/delete/", "/privacy/"),
    ):
        assert f'href="{path}"' in page, path


def test_other_ways_to_sign_in_are_offered_only_where_there_are_any(alice, settings):
    client = signed_in(alice)
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "/accounts/3rdparty/" not in client.get("/profile/").content.decode()
    app = {"provider_id": "openid", "name": "OpenID", "client_id": "x", "secret": "x"}
    app["settings"] = {"server_url": "https://login.example"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    assert 'href="/accounts/3rdparty/"' in client.get("/profile/").content.decode()


def test_the_profile_shows_which_rules_were_accepted_and_when(alice, make_player, settings):
    page = words(signed_in(alice).get("/profile/"))
    assert re.search(rf"You accepted the rules, version {settings.RULES_VERSION}, today, \d\d:\d\d\.", page)
    late = make_player("late", accepted_rules=False)
    assert "You have not accepted the rules yet" in words(signed_in(late).get("/profile/"))


def test_the_profile_asks_the_database_the_same_however_much_there_is(
    alice, make_draw, django_assert_max_num_queries
):
    client = just_signed_in(alice)
    for _ in range(3):
        take(alice, make_draw(), 2)
    for path in ("/profile/", "/profile/data/"):
        with django_assert_max_num_queries(8):
            client.get(path)


def test_a_deleted_account_has_no_pages(alice):
    client = signed_in(alice)
    delete_account(alice.pk)
    for path in ("/profile/", "/profile/data/", DELETE):
        assert client.get(path)["Location"].startswith("/accounts/login/")
