"""A player is reminded of a draw an hour before it closes, once, if they asked for it and may play."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Message, OutboxEmail
from accounts.play.breaks import take_break
from accounts.privacy import account_deletion
from draws import reminders
from draws.lifecycle.cancel import cancel_draw
from draws.models import DrawReminder
from draws.privacy.data_export import PARTS
from tests.support.pages import signed_in, take, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw(make_draw):
    """A draw that closes in three hours."""
    return make_draw(title="A moka pot", draw_time=timezone.now().replace(microsecond=0) + timedelta(hours=3))


@pytest.fixture
def an_hour_before(monkeypatch):
    """Let the time come, by asking for it earlier."""
    return lambda: monkeypatch.setattr(reminders, "BEFORE", timedelta(hours=4))


def press(player, draw, **fields):
    client = signed_in(player)
    return words(client.get(client.post(f"/draws/{draw.pk}/remind/", fields)["Location"]))


def told(player):
    return Message.objects.filter(user=player, kind="reminder").count()


def test_a_player_with_or_without_tickets_is_reminded_once_on_the_site_and_by_email(
    draw, alice, bob, an_hour_before
):
    take(bob, draw)
    for player in (alice, bob):
        page = press(player, draw)
        assert "We will remind you an hour before this draw closes." in page
        assert "Reminder is on" in page
    assert reminders.send_reminders() == 0, "too early"
    an_hour_before()
    assert reminders.send_reminders() == 2
    assert reminders.send_reminders() == 0
    for player in (alice, bob):
        message = Message.objects.get(user=player, kind="reminder")
        assert (message.title, message.url) == ("Closes in an hour: A moka pot", f"/draws/{draw.pk}/")
        mail = OutboxEmail.objects.get(recipient=player.email, subject=message.title)
        assert f"/draws/{draw.pk}/" in mail.text
        assert "you pressed “Remind me” on this draw" in mail.text
    assert not DrawReminder.objects.exists()


def test_pressing_twice_is_one_reminder_and_pressing_again_takes_it_back(draw, alice, an_hour_before):
    press(alice, draw)
    press(alice, draw)
    assert DrawReminder.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawReminder.objects.create(user=alice, draw=draw)
    page = press(alice, draw, stop="1")
    assert "We will not remind you of this draw." in page
    assert "Remind me" in page
    an_hour_before()
    assert reminders.send_reminders() == 0
    assert told(alice) == 0


def test_who_was_told_is_not_told_again_even_if_they_ask_again(draw, alice, monkeypatch):
    for _ in range(2):
        assert reminders.ask(alice, draw.pk)
        with monkeypatch.context() as later:
            later.setattr(reminders, "BEFORE", timedelta(hours=4))
            reminders.send_reminders()
    assert told(alice) == 1


@pytest.mark.parametrize("length", ["day", "exclusion-for-good"])
def test_a_player_on_a_break_is_neither_offered_a_reminder_nor_sent_one(
    draw, alice, bob, an_hour_before, length
):
    press(alice, draw)
    for player in (alice, bob):
        take_break(player, length)
    assert "Remind me" not in words(signed_in(bob).get(f"/draws/{draw.pk}/"))
    assert "Nothing was changed." in press(bob, draw)
    an_hour_before()
    assert reminders.send_reminders() == 0
    assert told(alice) == 0
    assert not DrawReminder.objects.exists()


def test_a_draw_that_was_cancelled_or_is_full_reminds_nobody_without_tickets(
    make_draw, alice, bob, an_hour_before
):
    closes = timezone.now().replace(microsecond=0) + timedelta(hours=3)
    off, full = make_draw(draw_time=closes), make_draw(draw_time=closes, max_participants=2)
    for draw in (off, full):
        press(alice, draw)
    press(bob, full)
    take(bob, full, 2)
    cancel_draw(off.pk, actor=None, reason="The host withdrew.")
    an_hour_before()
    assert reminders.send_reminders() == 1
    assert (told(alice), told(bob)) == (0, 1)


def test_in_the_last_hour_and_for_visitors_there_is_nothing_to_ask_for(make_draw, alice, client):
    soon = make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(minutes=50))
    assert "Remind me" not in words(signed_in(alice).get(f"/draws/{soon.pk}/"))
    assert "Nothing was changed." in press(alice, soon)
    assert "Remind me" not in words(client.get(f"/draws/{soon.pk}/"))
    assert Client().post(f"/draws/{soon.pk}/remind/")["Location"].startswith("/accounts/login/")
    assert signed_in(alice).get(f"/draws/{soon.pk}/remind/").status_code == 405
    assert not DrawReminder.objects.exists()


def test_a_player_chooses_how_they_are_reminded(draw, alice, an_hour_before):
    client = signed_in(alice)
    client.post("/messages/choices/", {"reminder": "site"})
    press(alice, draw)
    an_hour_before()
    reminders.send_reminders()
    assert told(alice) == 1
    assert not OutboxEmail.objects.filter(recipient=alice.email, subject__contains="Closes in").exists()


def test_a_reminder_is_in_the_players_data_and_goes_with_the_account(draw, alice):
    press(alice, draw)
    rows = {part.name: part for part in PARTS}["draw_reminders"].rows(alice)
    assert [row[:2] for row in rows] == [(draw.pk, "A moka pot")]
    account_deletion.delete_account(alice.pk)
    assert not DrawReminder.objects.exists()
