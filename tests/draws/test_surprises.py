"""A player who likes surprises learns of a result where they open it, and nowhere before."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Message, OutboxEmail, User
from draws.models import OpenedResult
from draws.notifications.sweeps import send_results
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db

TELLING = ("won", "did not win", "not this time", "winning", "lost")


@pytest.fixture
def players(make_player):
    """Two players who like surprises; one of them will win."""
    return [make_player(name, covers_results_from=timezone.now()) for name in ("alice", "bob")]


@pytest.fixture
def drawn(make_draw, players):
    """A drawn draw of both players, about which everything was told."""
    draw = make_draw(title="A moka pot", prize_amount=45, prize_coins=0, reserve_count=1)
    for player in players:
        take(player, draw)
    finish(draw)
    send_results()
    return draw


def without_the_cover(page: str) -> str:
    """What a page says, without the words that every player of the draw reads."""
    return page.lower().replace("whether one of yours won", "").replace("whether one of your tickets won", "")


def test_emails_and_messages_are_the_same_for_the_winner_and_the_others(drawn, players):
    told = []
    for player in players:
        mail = OutboxEmail.objects.get(recipient=player.email, subject="The result is in: A moka pot")
        message = Message.objects.get(user=player, title="The result is in: A moka pot")
        assert not [word for word in TELLING if word in without_the_cover(mail.text)], mail.text
        # Greeted by name, and with an address of their own at which to stop such emails.
        text = re.sub(r"\S+/unsubscribe/\S+", "", mail.text.replace(player.first_name, ""))
        told.append((text, bool(mail.unsubscribe_url), message.kind, message.body, message.url))
        assert "A prize has to be claimed by" in mail.text
        assert "A moka pot" in mail.html
    assert told[0] == told[1]
    assert not OutboxEmail.objects.filter(subject__contains="won").exists()


def test_no_list_tells_the_result_until_it_is_opened_on_any_device(drawn, players):
    winner = User.objects.get(pk=drawn.winner_id)
    loser = next(player for player in players if player != winner)
    for player, after in ((winner, "Claim the prize"), (loser, "Not this time")):
        phone, laptop = signed_in(player), signed_in(player)
        page = words(phone.get("/tickets/"))
        assert "The result is in Open the result" in page
        assert "1 ticket taken so far, 0 prizes won." in page
        assert after not in page
        assert "Prizes won 0 Value of prizes €0" in words(phone.get("/profile/"))
        assert "A moka pot" not in words(phone.get("/tickets/?show=won"))
        results = words(phone.get("/winners/"))
        assert "You hold tickets: open the result" in results
        assert "Winning ticket" not in results
        assert "You won" not in results
        assert "A moka pot" not in words(phone.get("/"))
        assert phone.post(f"/draws/{drawn.pk}/open/")["Location"] == f"/draws/{drawn.pk}/"
        assert after in words(laptop.get("/tickets/"))
        won = player == winner
        assert f"Prizes won {1 if won else 0} Value of prizes €{45 if won else 0}" in words(
            laptop.get("/profile/")
        )
        assert "Winning ticket" in words(laptop.get("/winners/"))
        assert "The result is in" not in words(laptop.get(f"/draws/{drawn.pk}/"))


def test_a_player_who_wants_no_surprises_sees_everything_at_once(drawn, players):
    client = signed_in(players[0])
    assert "The result is in" in words(client.get(f"/draws/{drawn.pk}/"))
    client.post("/messages/choices/", {})
    assert "The result is in" not in words(client.get(f"/draws/{drawn.pk}/"))
    assert "Open the result" not in words(client.get("/tickets/"))
    # From now on again: what was open stays open.
    client.post("/messages/choices/", {"surprise": "on"})
    assert "Open the result" not in words(client.get("/tickets/"))
    players[0].refresh_from_db()
    assert players[0].covers_results_from is not None


def test_everyone_likes_surprises_until_they_say_no():
    assert User.objects.create_user("nova@lucky11.example").covers_results_from is not None


def test_only_a_result_of_ones_own_can_be_opened(drawn, make_draw, make_player, players):
    stranger = signed_in(make_player("carol"))
    stranger.post(f"/draws/{drawn.pk}/open/")
    running = make_draw()
    take(players[0], running)
    signed_in(players[0]).post(f"/draws/{running.pk}/open/")
    signed_in(players[0]).post("/draws/999999/open/")
    assert Client().post(f"/draws/{drawn.pk}/open/")["Location"].startswith("/accounts/login/")
    assert not OpenedResult.objects.exists()
    for _ in range(2):
        signed_in(players[0]).post(f"/draws/{drawn.pk}/open/")
    assert OpenedResult.objects.count() == 1
