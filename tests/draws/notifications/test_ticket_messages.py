"""What players are told about their tickets, once each, and how it reads."""

import logging

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Message, OutboxEmail
from accounts.notifications.inbox import choose
from accounts.players import confirm_email
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.models import Draw, EntryToTell, Seal, Winner
from draws.notifications import kinds, sweeps
from draws.notifications.sweeps import send_receipts, send_results
from draws.proof.log import newest_head
from draws.proof.public_seals import pseudonym_of
from ledger.bonuses import grant_signup_bonus
from tests.conftest import unguarded
from tests.support.pages import finish, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_slow_machine_cuts_no_sweep_short(monkeypatch):
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 600)


def told(user, kind: str) -> list[tuple[Message, OutboxEmail]]:
    """What a player was told of a kind: on the site and by mail, in order."""
    mine = Message.objects.filter(user=user, kind=kind).order_by("pk")
    return [(message, OutboxEmail.objects.get(key=message.key)) for message in mine]


def test_a_confirmed_player_is_welcomed_once_with_the_coins(make_player):
    nova = make_player("nova", confirmed=False)
    assert told(nova, "welcome") == []
    confirm_email(nova)
    grant_signup_bonus(nova.pk)
    [(message, mail)] = told(nova, "welcome")
    assert message.title == mail.subject == "Welcome to Lucky11"
    assert "50 coins" in message.body
    assert "50 coins are in your purse" in mail.text
    assert mail.recipient == nova.email


def test_who_takes_tickets_is_told_their_numbers_coins_and_what_seals_the_draw(alice, bob, draw):
    take(bob, draw)
    take(alice, draw, 3)
    assert send_receipts() == 2
    seal, head = bytes(Seal.objects.get(pk=draw.pk).open_hash).hex(), newest_head().hex()
    [(message, mail)] = told(alice, "ticket")
    assert message.title == mail.subject == "Tickets 0002 to 0004: Lisbon for two"
    assert message.body.startswith("15 coins spent, 35 left.")
    assert message.url == f"/draws/{draw.pk}/"
    for text in (message.body, mail.text, mail.html):
        assert seal in text
        assert head in text
    own, others = pseudonym_of(alice, draw.pk), pseudonym_of(bob, draw.pk)
    for text in (mail.text, mail.html):
        assert own.ref in text
        assert own.salt in text
        assert others.salt not in text
    assert "Coins left in your purse: 35" in mail.text
    assert f"/draws/{draw.pk}/" in mail.text
    [(message, _)] = told(bob, "ticket")
    assert message.title == "Ticket 0001: Lisbon for two"


def test_each_request_is_told_once(alice, draw):
    first, second = take(alice, draw), take(alice, draw)
    assert [send_receipts(), send_receipts()] == [2, 0]
    assert not EntryToTell.objects.exists()
    titles = [message.title for message, _ in told(alice, "ticket")]
    assert titles == [f"Ticket {n:04d}: Lisbon for two" for n in first.numbers + second.numbers]


def test_a_request_that_cannot_be_told_does_not_hold_up_the_others(
    alice, bob, make_draw, monkeypatch, caplog
):
    bad, good = make_draw(title="Bad"), make_draw(title="Good")
    take(alice, bad)
    take(alice, good)
    take(bob, good)
    write = kinds._receipt

    def fail_for_bad(entry):
        if entry.draw.title == "Bad":
            raise ValueError("cannot be put into words")
        return write(entry)

    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        broken.setattr(kinds, "_receipt", fail_for_bad)
        assert send_receipts() == 2
        assert send_receipts() == 0
    assert EntryToTell.objects.count() == 1
    assert "could not be told" in caplog.text
    assert send_receipts() == 1
    assert [message.title for message, _ in told(alice, "ticket")] == [
        "Ticket 0001: Good",
        "Ticket 0001: Bad",
    ]


def test_a_payment_that_is_not_there_holds_up_nobody(alice, draw, caplog):
    with unguarded() as cursor:
        cursor.execute("INSERT INTO entries_to_tell VALUES (1)")
    take(alice, draw)
    assert send_receipts() == 1
    assert len(told(alice, "ticket")) == 1


def test_telling_of_tickets_costs_the_same_for_two_requests_and_for_fifty(make_player, make_draw):
    def cost(requests: int) -> int:
        draw = make_draw(max_participants=500)
        for _ in range(requests):
            take(make_player(), draw)
        with CaptureQueriesContext(connection) as captured:
            assert send_receipts() == requests
        return len(captured)

    assert cost(2) == cost(50) <= 15


def test_whose_tickets_did_not_win_is_told_which_did_and_the_proof(alice, bob, draw):
    take(alice, draw, 2)
    take(bob, draw, 2)
    finish(draw)
    assert send_results() == 1
    winner = Winner.objects.get()
    other = bob if winner.user_id == alice.pk else alice
    assert told(winner.user, "result") == []
    [(message, mail)] = told(other, "result")
    number = f"{winner.ticket.ticket_number:04d}"
    assert message.title == mail.subject == "Drawn: Lisbon for two"
    assert f"Ticket {number} won, drawn from 4 tickets." in message.body
    seal = Seal.objects.get(pk=draw.pk)
    for text in (message.body, mail.text, mail.html):
        assert number in text
        assert bytes(seal.freeze_hash).hex() in text
        assert bytes(seal.result_hash).hex() in text
    draw.refresh_from_db()
    assert draw.told_at is not None
    assert send_results() == 0


def test_a_winner_is_told_with_the_proof_and_where_to_claim(alice, make_draw):
    coins, goods = make_draw(), make_draw(prize_coins=0, prize_amount=90, title="A chair")
    take(alice, coins)
    take(alice, goods)
    finish(coins, goods)
    # Draws that ended in one moment are told of in any order.
    said = sorted(told(alice, "won"), key=lambda pair: "A chair" in pair[0].title)
    (coin_message, coin_mail), (message, mail) = said
    assert "100 coins went to your purse." in coin_message.body
    assert coin_message.url == f"/draws/{coins.pk}/"
    assert "claim" not in coin_mail.text.lower()
    win = Winner.objects.get(draw=goods)
    assert message.url == f"/winners/{win.pk}/claim/"
    assert f"{message.url}" in mail.text
    assert "Tell us where the prize should go" in message.body
    assert bytes(Seal.objects.get(pk=goods.pk).result_hash).hex() in mail.text
    send_results()
    assert told(alice, "result") == []


def test_players_of_a_cancelled_draw_are_told_of_their_coins_and_of_no_result(alice, draw):
    take(alice, draw, 3)
    cancel_draw(draw.pk, reason="The host withdrew.")
    close_due_draws()
    assert send_results() == 1
    [(message, mail)] = told(alice, "refunded")
    assert "The host withdrew. 15 coins went back to your purse." in message.body
    assert "15 coins" in mail.text
    assert told(alice, "result") == []
    draw.refresh_from_db()
    assert draw.told_at is not None


def test_who_does_not_want_to_hear_of_it_is_not_told(alice, bob, make_player, make_draw):
    draw, carol = make_draw(), make_player("carol")
    choose(alice, {"ticket": (False, True), "result": (False, False)})
    choose(bob, {"ticket": (True, False), "result": (True, False)})
    for player in (alice, bob, carol):
        take(player, draw)
    send_receipts()
    finish(draw)
    send_results()
    for kind, key in (("ticket", "ticket:"), ("result", f"result:{draw.pk}:")):
        assert not OutboxEmail.objects.filter(recipient=alice.email, key__startswith=key).exists()
        assert not Message.objects.filter(user=bob, kind=kind).exists()
    assert Message.objects.filter(user=alice, kind="ticket").count() == 1
    assert OutboxEmail.objects.filter(recipient=bob.email, key__startswith="ticket:").count() == 1
    assert not Message.objects.filter(user=alice, kind="result").exists()


def test_many_winning_numbers_are_cut_short(make_player, make_draw):
    draw = make_draw(winner_count=12, max_participants=30)
    players = [make_player() for _ in range(14)]
    for player in players:
        take(player, draw)
    finish(draw)
    send_results()
    told_of = Message.objects.filter(kind="result")
    assert told_of.count() == 2
    assert "and 2 more won, drawn from 14 tickets" in told_of[0].body


def test_a_sweep_cut_short_goes_on_where_it_stopped_and_repeats_nothing(make_player, make_draw, monkeypatch):
    draw = make_draw(max_participants=30)
    for _ in range(8):
        take(make_player(), draw)
    finish(draw)
    monkeypatch.setattr(sweeps, "PLAYERS_AT_ONCE", 3)
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 0)
    before = set()
    for size in (3, 6, 7):
        assert send_results() == 0
        now = set(Message.objects.filter(kind="result").values_list("pk", flat=True))
        assert before < now
        assert len(now) == size
        before = now
    assert send_results() == 1
    assert Draw.objects.get(pk=draw.pk).told_at is not None


def test_a_sweep_that_forgot_where_it_stopped_repeats_nothing(make_player, make_draw, monkeypatch):
    draw = make_draw(max_participants=30)
    for _ in range(8):
        take(make_player(), draw)
    finish(draw)
    with monkeypatch.context() as short:
        short.setattr(sweeps, "PLAYERS_AT_ONCE", 3)
        short.setattr(sweeps, "SWEEP_SECONDS", 0)
        send_results()
    first = list(Message.objects.filter(kind="result").order_by("pk").values_list("pk", "key"))
    cache.clear()
    assert send_results() == 1
    told_now = list(Message.objects.filter(kind="result").order_by("pk").values_list("pk", "key"))
    assert told_now[:3] == first
    assert len(told_now) == OutboxEmail.objects.filter(key__startswith="result:").count() == 7


def test_a_sweep_that_fails_in_the_middle_is_finished_by_the_next(make_player, make_draw, monkeypatch):
    first, second = make_draw(max_participants=30), make_draw(title="Another", max_participants=30)
    for _ in range(8):
        player = make_player()
        take(player, first)
        take(player, second)
    finish(first, second)
    monkeypatch.setattr(sweeps, "PLAYERS_AT_ONCE", 3)
    write, calls = kinds.notify_not_won, []

    def fail_once(draw, *arguments):
        calls.append(draw.pk)
        if calls.count(first.pk) == 2 and draw.pk == first.pk:
            raise RuntimeError("gone")
        write(draw, *arguments)

    with monkeypatch.context() as broken:
        broken.setattr(kinds, "notify_not_won", fail_once)
        assert send_results() == 1, "the other draw is told"
    assert Message.objects.filter(key__startswith=f"result:{first.pk}:").count() == 3
    assert send_results() == 1
    for draw in (first, second):
        assert Message.objects.filter(key__startswith=f"result:{draw.pk}:").count() == 7
        assert OutboxEmail.objects.filter(key__startswith=f"result:{draw.pk}:").count() == 7


def test_telling_results_costs_the_same_a_batch_however_many_players(make_player, make_draw):
    def cost(players: int) -> int:
        draw = make_draw(max_participants=500)
        for _ in range(players):
            take(make_player(), draw)
        finish(draw)
        with CaptureQueriesContext(connection) as captured:
            assert send_results() == 1
        return len(captured)

    cost(2)  # the cache clears itself up at its own times
    assert cost(3) == cost(60)


def test_every_mail_says_why_it_came_and_where_to_change_that(alice, bob, make_draw):
    won, lost = make_draw(), make_draw(title="Cancelled")
    for player in (alice, bob):
        take(player, won)
        take(player, lost)
    send_receipts()
    cancel_draw(lost.pk, reason="The host withdrew.")
    finish(won)
    send_results()
    kinds = {mail.key.split(":")[0]: mail for mail in OutboxEmail.objects.all()}
    assert set(kinds) >= {"welcome", "ticket", "won", "result", "refunded"}
    for mail in kinds.values():
        for text in (mail.text, mail.html):
            assert "You get this email because you" in text, mail.key
            assert "/messages/choices/" in text
            assert "/safer-play/" in text
        assert "<" not in mail.text
        assert "&" not in mail.text
