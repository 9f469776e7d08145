"""Neither leaving, nor another email, nor joining again ends a break."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import ExcludedAddress, OutboxEmail, User
from accounts.play import breaks
from accounts.play.breaks import take_break
from accounts.privacy.account_deletion import delete_account
from tests.conftest import unguarded
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db


def join(email: str, client: Client | None = None):
    sent = {"email": email, "password1": "tall-orange-kettle", "accepts_rules": "on"}
    return (client or Client()).post("/accounts/signup/", sent)


def test_leaving_and_joining_again_with_the_same_email_makes_no_account(alice):
    address, players = alice.email, User.objects.count()
    take_break(alice, "exclusion-year")
    delete_account(alice.pk)
    known, fresh = Client(), Client()
    first, second = join(address.upper(), known), join("nova@lucky11.example", fresh)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    pages = [words(client.get(first["Location"])) for client in (known, fresh)]
    assert pages[0].replace(address, "nova@lucky11.example") == pages[1]
    assert User.objects.count() == players + 1
    mail = OutboxEmail.objects.get(recipient=address, subject="You are still on a break from Lucky11")
    assert "No account was created" in mail.text
    assert "No account was created" in mail.html


def test_staff_cannot_make_the_account_anew_either(alice, make_player):
    address, players = alice.email, User.objects.count()
    take_break(alice, "month")
    delete_account(alice.pk)
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    response = boss.post("/admin/accounts/user/add/", {"email": address, "reason": "Asked by mail"})
    assert "Nobody can end it early" in words(response)
    assert User.objects.count() == players + 1


def test_an_email_given_up_before_leaving_is_remembered_too(alice):
    address = alice.email
    take_break(alice, "month")
    EmailAddress.objects.filter(user=alice).update(email="other@lucky11.example")
    User.objects.filter(pk=alice.pk).update(email="other@lucky11.example")
    alice.refresh_from_db()
    delete_account(alice.pk)
    for email in (address, "other@lucky11.example"):
        assert breaks.is_excluded_address(email)


def test_a_longer_break_is_remembered_longer_and_an_ended_one_is_forgotten(alice):
    take_break(alice, "day")
    row = ExcludedAddress.objects.get()
    assert alice.email.encode() not in bytes(row.digest)
    take_break(alice, "exclusion-for-good")
    assert ExcludedAddress.objects.get().ends_at is None
    assert breaks.purge_ended_exclusions() == 0
    with unguarded() as cursor:
        cursor.execute("UPDATE excluded_addresses SET ends_at = clock_timestamp() - interval '1 second'")
        cursor.execute("DELETE FROM play_breaks")
    assert not breaks.is_excluded_address(alice.email)
    assert breaks.purge_ended_exclusions() == 1


def test_who_left_without_a_break_may_join_again(alice):
    address = alice.email
    delete_account(alice.pk)
    join(address)
    assert EmailAddress.objects.filter(email=address).exists()


def test_a_player_on_a_break_who_joins_again_while_the_account_stands_is_told_of_the_account(alice):
    take_break(alice, "month")
    join(alice.email)
    assert (
        OutboxEmail.objects.filter(recipient=alice.email).last().subject
        == "You already have a Lucky11 account"
    )
