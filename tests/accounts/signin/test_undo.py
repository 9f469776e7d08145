"""A thief takes an account over, step by step; the player undoes it with a link in an email."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxEmail, Session, UndoLink
from accounts.privacy.account_deletion import delete_account
from accounts.tasks import purge_data
from tests.accounts.signin.test_second_factor import set_up
from tests.conftest import PASSWORD
from tests.races.together import at_once
from tests.support.codes import shown_to
from tests.support.pages import just_proved, signed_in, words

pytestmark = pytest.mark.django_db

THIEF = "thief@lucky11.example"
NEW = {"password1": "brass-river-lamp", "password2": "brass-river-lamp"}


@pytest.fixture(autouse=True)
def _no_earlier_tries(db):
    cache.clear()


def mails(email):
    return list(OutboxEmail.objects.filter(recipient=email).order_by("pk"))


def link_in(mail, where="undo"):
    found = re.search(rf"/accounts/{where}/[^\s]+", mail.text)
    assert found, mail.text
    assert found[0] in mail.html
    return found[0]


def links(email):
    """The links that undo something, in the emails to this address, oldest first."""
    return [link_in(mail) for mail in mails(email) if "/accounts/undo/" in mail.text]


def change(client, what, email):
    cache.clear()
    return client.post("/accounts/email/", {"email": email, f"action_{what}": ""}, follow=True)


def add_and_confirm(client, email):
    change(client, "add", email)
    Client().post(link_in(mails(email)[-1], "confirm-email"))


def take_over(player):
    """A thief who has the session while it is fresh moves the account to their own mailbox."""
    thief = just_proved(player)
    add_and_confirm(thief, THIEF)
    change(thief, "primary", THIEF)
    change(thief, "remove", player.email)
    assert addresses(player) == [(THIEF, True, True)]
    return thief


def addresses(player):
    rows = EmailAddress.objects.filter(user=player).order_by("email")
    return list(rows.values_list("email", "primary", "verified"))


def is_signed_in(client):
    return client.get("/profile/").status_code == 200


def test_an_added_address_is_not_welcomed_and_promised_no_coins(alice):
    change(just_proved(alice), "add", THIEF)
    mail = mails(THIEF)[-1]
    assert "added thief@lucky11.example to a Lucky11 account" in " ".join(mail.text.split())
    for text in (mail.text, mail.html):
        assert "coins as soon as" not in text
        assert "you get 50 coins" not in text
        assert "Welcome" not in text


def test_each_step_is_told_to_the_address_that_was_there_before(alice):
    take_over(alice)
    assert [mail.subject for mail in mails(alice.email) if "/accounts/undo/" in mail.text] == [
        "An email was added",
        "An added email was confirmed",
        "Your email was changed",
        "An email was removed",
    ]
    assert len(set(links(alice.email))) == 4


@pytest.mark.parametrize("step", range(4))
def test_the_link_of_any_step_gives_the_account_back(alice, step):
    thief = take_over(alice)
    link = links(alice.email)[step]
    page = words(Client().get(link))
    assert f"{alice.email} becomes your main address again" in page
    assert f"{THIEF} is removed" in page
    page = words(Client().post(link))
    assert "The changes are undone" in page
    assert "nobody can send coins out of an account" in page
    assert addresses(alice) == [(alice.email, True, True)]
    assert not is_signed_in(thief)
    alice.refresh_from_db()
    assert (alice.email, alice.has_usable_password()) == (mails(alice.email)[0].recipient, False)
    assert mails(THIEF)[-1].subject == "Changes to your account were undone"


def test_looking_at_the_link_changes_nothing(alice):
    take_over(alice)
    for link in links(alice.email):
        assert Client().get(link).status_code == Client().head(link).status_code == 200
    assert addresses(alice) == [(THIEF, True, True)]


def test_a_link_works_once(alice):
    take_over(alice)
    every = links(alice.email)
    Client().post(every[-1])
    add_and_confirm(just_proved_again(alice), "newer@lucky11.example")
    for link in every:
        page = Client().post(link)
        assert page.status_code == 410
        assert "This link was used already, or it is too old. Nothing was changed." in words(page)
    assert len(addresses(alice)) == 2


def just_proved_again(alice):
    alice.refresh_from_db()
    alice.set_password(PASSWORD)
    alice.save()
    return just_proved(alice)


def test_the_thief_cannot_undo_the_undoing(alice):
    take_over(alice)
    own = links(THIEF)
    assert own
    Client().post(links(alice.email)[0])
    for link in own:
        assert Client().post(link).status_code == 410
    assert addresses(alice) == [(alice.email, True, True)]


def test_the_thief_cannot_spoil_the_players_links_by_using_their_own(alice):
    take_over(alice)
    Client().post(links(THIEF)[0])
    Client().post(links(alice.email)[-1])
    assert addresses(alice) == [(alice.email, True, True)]


def test_a_thief_who_was_about_to_choose_a_password_does_not_get_to_it(alice):
    take_over(alice)
    thief = Client()
    thief.post("/accounts/password/reset/", {"email": THIEF})
    code = re.search(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", mails(THIEF)[-1].text, re.MULTILINE)
    assert code
    thief.post("/accounts/password/reset/confirm/", {"code": code[1]})
    Client().post(links(alice.email)[-1])
    thief.post("/accounts/password/reset/complete/", NEW)
    alice.refresh_from_db()
    assert not alice.has_usable_password()


def test_the_address_is_given_back_although_somebody_else_claims_it(alice):
    take_over(alice)
    fields = {"email": alice.email, "password1": "tall-orange-kettle", "accepts_rules": "on"}
    Client().post("/accounts/signup/", fields)
    assert EmailAddress.objects.filter(email=alice.email).exclude(user=alice).exists()
    assert "The changes are undone" in words(Client().post(links(alice.email)[-1]))
    assert addresses(alice) == [(alice.email, True, True)]


def test_an_address_that_another_player_has_confirmed_stays_theirs(alice, bob):
    take_over(alice)
    EmailAddress.objects.create(user=bob, email=alice.email, verified=True)
    page = Client().post(links(alice.email)[-1])
    assert "belongs to another account by now" in words(page)
    assert addresses(alice) == [(THIEF, True, True)]


def test_the_player_gets_in_again_with_a_code_to_the_old_address(alice):
    take_over(alice)
    client = Client()
    client.post(links(alice.email)[-1])
    client.post("/accounts/password/reset/", {"email": alice.email})
    code = re.search(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", mails(alice.email)[-1].text, re.MULTILINE)
    assert code
    client.post("/accounts/password/reset/confirm/", {"code": code[1]})
    client.post("/accounts/password/reset/complete/", NEW)
    client.post("/accounts/login/", {"login": alice.email, "password": NEW["password1"]})
    assert is_signed_in(client)


def test_after_a_week_the_link_is_gone_and_so_are_the_addresses_it_knew(alice):
    take_over(alice)
    link = links(alice.email)[-1]
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        purge_data()
        assert Client().get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert Client().get(link).status_code == Client().post(link).status_code == 410
        purge_data()
    assert not UndoLink.objects.exists()
    assert addresses(alice) == [(THIEF, True, True)]


@pytest.mark.django_db(transaction=True)
def test_a_factor_that_is_turned_off_is_told_and_everybody_can_be_signed_out(alice):
    thief, _ = set_up(alice)
    thief.post("/accounts/2fa/totp/deactivate/")
    assert mails(alice.email)[-1].subject == "The authenticator app was removed"
    signed_in(alice)
    Client().post(links(alice.email)[-1])
    assert alice.pk not in [row.sess.get("_auth_user_id") for row in Session.objects.all()]
    alice.refresh_from_db()
    assert not alice.has_usable_password()


@pytest.mark.django_db(transaction=True)
def test_a_factor_of_the_thief_does_not_keep_the_player_out(alice):
    set_up(alice)
    assert shown_to(alice)
    Client().post(links(alice.email)[-1])
    assert not Authenticator.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_happens_after_the_removal_is_told_to_the_removed_address_too(alice):
    thief = take_over(alice)
    thief.post("/accounts/2fa/recovery-codes/generate/")
    thief.post("/accounts/password/change/", {"oldpassword": PASSWORD, **NEW})
    last = mails(alice.email)[-1]
    assert last.subject == "Your password was changed"
    assert "was removed from this account" in last.text


@pytest.mark.django_db(transaction=True)
def test_a_link_pressed_many_times_at_once_undoes_once(alice):
    take_over(alice)
    link = links(alice.email)[-1]
    answers = at_once([lambda: Client().post(link).status_code] * 5)
    assert sorted(answers) == [200, 410, 410, 410, 410]
    assert len([mail for mail in mails(alice.email) if "were undone" in mail.subject]) == 1


def test_a_copy_of_the_database_holds_no_link(alice):
    take_over(alice)
    OutboxEmail.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT undo_links::text FROM undo_links")
        kept = cursor.fetchall()
    tokens = [token for row in kept for token in re.findall(r"[0-9a-f]{64}", row[0])]
    assert len(tokens) == len(kept)
    assert {Client().get(f"/accounts/undo/{token}/").status_code for token in tokens} == {410}


def test_who_deletes_the_account_leaves_no_links(alice):
    take_over(alice)
    delete_account(alice.pk)
    assert not UndoLink.objects.exists()


def test_who_joins_is_not_told_about_their_own_address(client):
    fields = {"email": "nova@lucky11.example", "password1": "tall-orange-kettle", "accepts_rules": "on"}
    client.post("/accounts/signup/", fields)
    client.post(link_in(mails("nova@lucky11.example")[-1], "confirm-email"))
    assert links("nova@lucky11.example") == []
