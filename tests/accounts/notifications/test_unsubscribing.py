"""Unsubscribing from one kind of email by the link in it: one press, no sign-in, and nothing else changes."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import signing
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from accounts.models import MessageChoice, OutboxEmail
from accounts.notifications.inbox import choices_of, choose
from accounts.notifications.notify import KINDS, UNSUBSCRIBE, unsubscribe_link
from accounts.notifications.unsubscribe import VALID
from accounts.privacy.account_deletion import delete_account
from accounts.privacy.retention import blank_emails
from tests.support.pages import words

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ana(make_player):
    return make_player("ana")


@pytest.fixture
def stranger():
    """A mail program: it has no cookies, and no form of ours."""
    return Client(enforce_csrf_checks=True)


def path_of(player, kind="ticket") -> str:
    return urlsplit(unsubscribe_link(player, KINDS[kind])).path


@pytest.mark.parametrize(
    "body",
    [
        {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        {"data": ONE_CLICK},
    ],
    ids=["urlencoded", "multipart"],
)
def test_a_mail_program_unsubscribes_its_reader_without_cookies_or_a_sign_in(ana, stranger, body):
    answer = stranger.post(path_of(ana), **body)
    assert answer.status_code == 200
    assert "You are unsubscribed" in words(answer)
    assert choices_of(ana)["ticket"] == (False, True)
    assert "sessionid" not in answer.cookies


def test_looking_at_the_page_asks_and_changes_nothing(ana, stranger):
    page = stranger.get(path_of(ana))
    assert "Stop emails about “Tickets taken”?" in words(page)
    assert "Stop these emails" in re.search(r"<form.*?</form>", page.content.decode(), re.DOTALL)[0]
    assert stranger.head(path_of(ana)).status_code == 200
    assert not MessageChoice.objects.exists()
    assert "no-store" in page["Cache-Control"]
    assert ana.email not in page.content.decode()


def test_only_this_kind_by_email_is_switched_off_however_often_it_is_asked(ana, bob, stranger):
    choose(ana, {"ticket": (True, False), "result": (True, True)})
    for _ in range(2):
        stranger.post(path_of(ana), ONE_CLICK)
    mine = choices_of(ana)
    assert (mine["ticket"], mine["result"]) == ((False, False), (True, True))
    assert choices_of(bob)["ticket"] == (True, True)


def test_what_is_needed_is_never_switched_off(ana, stranger):
    for answer in (stranger.get(path_of(ana, "won")), stranger.post(path_of(ana, "won"), ONE_CLICK)):
        assert answer.status_code == 410
        assert "We always send these emails" in words(answer)
    assert not MessageChoice.objects.exists()


def refusal(stranger, token) -> str:
    address = f"/unsubscribe/{token}/"
    asked, answer = stranger.get(address), stranger.post(address, ONE_CLICK)
    assert (asked.status_code, answer.status_code) == (410, 410)
    assert not MessageChoice.objects.exists()
    return words(answer)


def test_a_damaged_link_says_so_and_changes_nothing(ana, stranger):
    token = path_of(ana).split("/")[2]
    forged = signing.dumps([ana.pk, "ticket"], salt="something else")
    for wrong in (token[:-1], token + "x", token.replace(":", "."), "x", forged):
        assert "This link is incomplete or damaged. Nothing was changed." in refusal(stranger, wrong)


def test_an_old_link_says_so_and_changes_nothing(ana, stranger):
    token = path_of(ana).split("/")[2]
    with time_machine.travel(timezone.now() + VALID + timedelta(days=1)):
        assert "This link is too old. Nothing was changed." in refusal(stranger, token)


def test_a_link_to_emails_that_are_no_more_says_so(ana, stranger):
    gone = signing.dumps([ana.pk, "newsletter"], salt=UNSUBSCRIBE)
    assert "We no longer send these emails." in refusal(stranger, gone)
    token = path_of(ana).split("/")[2]
    delete_account(ana.pk)
    assert "We no longer send these emails." in refusal(stranger, token)


def test_the_copy_of_a_sent_mail_forgets_the_link_with_its_text(ana):
    mail = OutboxEmail.objects.create(
        key="a",
        recipient=ana.email,
        subject="S",
        text="T",
        unsubscribe_url="https://x.example/unsubscribe/y/",
    )
    OutboxEmail.objects.filter(pk=mail.pk).update(sent_at=timezone.now())
    blank_emails(Q(pk=mail.pk))
    mail.refresh_from_db()
    assert mail.unsubscribe_url == ""
