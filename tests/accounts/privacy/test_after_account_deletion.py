"""After an account was deleted: the last mail, and coming back."""

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import OutboxEmail, PlayBreak, User
from accounts.notifications import outbox
from accounts.play.breaks import is_excluded_address, take_break
from accounts.players import confirm_email, create_player
from accounts.privacy.account_deletion import delete_account
from accounts.privacy.retention import blank_emails_of_deleted_accounts
from ledger.bonuses import grant_missing_signup_bonuses
from ledger.services import balance
from tests.accounts.privacy.leaver import MAIL, everywhere, player_with_traces
from tests.conftest import PASSWORD


@pytest.fixture
def zeb(db: None) -> User:
    return player_with_traces()


# -- the last mail --


@pytest.mark.django_db
def test_the_last_mail_is_blanked_once_it_is_out_and_not_before(zeb, mail_server):
    delete_account(zeb.pk)
    assert blank_emails_of_deleted_accounts() == 0
    goodbye = OutboxEmail.objects.get(key=f"goodbye:{zeb.pk}")
    assert "Zebulonia, your Lucky11 account is deleted" in goodbye.text
    outbox.deliver_due()
    assert blank_emails_of_deleted_accounts() == 1
    goodbye.refresh_from_db()
    assert (goodbye.recipient, goodbye.subject, goodbye.text, goodbye.html) == ("", "", "", "")
    assert blank_emails_of_deleted_accounts() == 0


@pytest.mark.django_db
def test_a_last_mail_that_nobody_takes_is_blanked_when_given_up(zeb):
    delete_account(zeb.pk)
    OutboxEmail.objects.filter(key__startswith="goodbye:").update(attempts=outbox.MAX_ATTEMPTS)
    assert blank_emails_of_deleted_accounts() == 1
    assert everywhere(MAIL) == []


@pytest.mark.django_db
def test_a_mail_written_while_the_account_was_deleted_is_blanked_too(zeb, mail_server):
    delete_account(zeb.pk)
    outbox.enqueue("late", MAIL, "You won, Zebulonia", "Text")
    outbox.deliver_due()
    outbox.enqueue("too-late", MAIL, "You won again", "Text")
    blank_emails_of_deleted_accounts()
    assert everywhere(MAIL) == []
    assert everywhere("Zebulonia") == []


@pytest.mark.django_db
def test_mail_to_whoever_joined_again_stays(zeb):
    delete_account(zeb.pk)
    again = create_player(MAIL, PASSWORD, confirmed=True)
    outbox.enqueue("new", MAIL, "Welcome back", "Text")
    OutboxEmail.objects.filter(key__startswith="goodbye:").update(sent_at=timezone.now())
    assert blank_emails_of_deleted_accounts() == 1
    assert OutboxEmail.objects.get(key="new").recipient == again.email
    assert blank_emails_of_deleted_accounts() == 0


# -- coming back --


@pytest.mark.django_db(transaction=True)
def test_joining_again_brings_no_second_welcome_bonus(zeb):
    for _ in range(2):
        delete_account(User.objects.get(email=MAIL).pk)
        again = create_player(MAIL, PASSWORD, first_name="Zeb")
        confirm_email(again)
        assert balance(again.pk) == 0
        assert grant_missing_signup_bonuses() == 0
        assert balance(again.pk) == 0


@pytest.mark.django_db
def test_another_address_of_theirs_brings_no_second_welcome_bonus_either(zeb):
    delete_account(zeb.pk)
    assert balance(create_player("other.zeb@lucky11.example", confirmed=True).pk) == 0


@pytest.mark.django_db
def test_who_came_back_stays_known_after_changing_the_address(zeb):
    delete_account(zeb.pk)
    again = create_player(MAIL, confirmed=True)
    EmailAddress.objects.filter(user=again).update(email="new@lucky11.example")
    EmailAddress.objects.get(user=again).save()
    assert balance(again.pk) == 0


@pytest.mark.django_db
def test_a_stranger_gets_the_welcome_bonus_as_ever(zeb):
    delete_account(zeb.pk)
    assert balance(create_player("stranger@lucky11.example", confirmed=True).pk) == 50


@pytest.mark.django_db
def test_who_left_without_confirming_gets_the_welcome_bonus_later(db):
    shy = create_player("shy@lucky11.example")
    delete_account(shy.pk)
    assert balance(create_player("shy@lucky11.example", confirmed=True).pk) == 50


@pytest.mark.django_db
def test_who_excluded_themselves_cannot_come_back_by_leaving(zeb, client):
    take_break(zeb, "exclusion-year")
    EmailAddress.objects.create(user=zeb, email="added.later@lucky11.example")
    delete_account(zeb.pk)
    assert PlayBreak.objects.filter(user=zeb).count() == 1
    for address in (MAIL, "other.zeb@lucky11.example", "added.later@lucky11.example"):
        assert is_excluded_address(address)
        fields = {"email": address, "password1": PASSWORD, "accepts_rules": "on"}
        client.post("/accounts/signup/", fields)
        assert not User.objects.filter(email=address).exists()


@pytest.mark.django_db
def test_leaving_again_does_not_swallow_the_last_mail_of_before(zeb, mail_server):
    delete_account(zeb.pk)
    delete_account(create_player(MAIL, PASSWORD, confirmed=True).pk)
    outbox.deliver_due()
    assert [mail["Subject"] for mail in mail_server.accepted] == ["Your Lucky11 account is deleted"] * 2
    assert blank_emails_of_deleted_accounts() == 2
    assert everywhere(MAIL) == []
