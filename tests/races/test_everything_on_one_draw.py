"""One draw is entered, cancelled, closed and given back at the same moment, many times over."""

import random
import threading
import time
from collections import Counter

import pytest
from django.db import connection

from draws.entries.take import take_tickets
from draws.exceptions import DrawCancelled, DrawClosed, NotCancellable
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.settle import settle_draw
from draws.models import Draw, Participation, Winner
from ledger import services
from ledger.models import Transaction
from tests.conftest import defects, let_close
from tests.races.together import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS, PLAYERS, PRICE, PRIZE = 20, 6, 5, 100


def attack(draw, players, turn):
    """Everything at once, each thing a moment of its own after the start; what came of it."""
    chance = random.Random(turn)

    def some_time_later(call, *arguments, **named):
        moment = chance.random() * 0.03

        def later():
            time.sleep(moment)
            return call(*arguments, **named)

        return later

    entries = [
        some_time_later(take_tickets, player.pk, draw.pk, 1, f"request-{turn:03}-{n}")
        for player in players
        for n in range(2)
    ]
    ends = [
        some_time_later(cancel_draw, draw.pk, reason="The host withdrew."),
        some_time_later(let_close, draw),
    ]
    pays = [some_time_later(close_due_draws) for _ in range(3)]
    return at_once(entries + ends + pays + [some_time_later(settle_draw, draw.pk) for _ in range(3)])


def test_whatever_comes_first_every_payment_ends_in_the_result_or_is_returned_once(
    make_draw, make_player, capsys
):
    players = [make_player(f"player{n}", coins=1_000) for n in range(PLAYERS)]
    ends = Counter()
    for turn in range(ROUNDS):
        draw = make_draw(max_participants=100, max_per_player=100)
        before = {player.pk: services.balance(player.pk) for player in players}
        for player in players[:2]:
            take_tickets(player.pk, draw.pk, 1, f"before-{turn:05}")
        outcomes = attack(draw, players, turn)
        errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert {type(error) for error in errors} <= {DrawClosed, DrawCancelled, NotCancellable}, errors
        close_due_draws()
        ends[assert_one_end(draw.pk, before)] += 1
        assert defects() == []
    with capsys.disabled():
        print(f"\n{ROUNDS} draws: {dict(ends)}")


def assert_one_end(draw_id, before):
    """Drawn and paid, or everything is back; says which of the two."""
    draw = Draw.objects.get(pk=draw_id)
    assert draw.settled_at is not None
    tickets = Participation.objects.filter(draw=draw)
    payments = Transaction.objects.filter(pk__in=tickets.values("transaction"))
    returned = Counter(Transaction.objects.filter(reverses__in=payments).values_list("reverses", flat=True))
    if draw.cancelled_at is not None:
        assert returned == Counter(payments.values_list("pk", flat=True))
        assert {player: services.balance(player) for player in before} == before
        assert not Winner.objects.filter(draw=draw).exists()
        return "cancelled"
    assert returned == Counter()
    winner = Winner.objects.get(draw=draw)
    for player, coins in before.items():
        paid = PRICE * tickets.filter(user=player).count()
        won = PRIZE if player == winner.user_id else 0
        assert services.balance(player) == coins - paid + won
    return "drawn"


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_two_workers_who_look_before_they_pay_and_have_no_key_pay_twice(draw, alice):
    take_tickets(alice.pk, draw.pk, 1, "request-1")
    cancel_draw(draw.pk, reason="The host withdrew.")
    both_have_looked = threading.Barrier(2, timeout=20)

    def give_back(number):
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SELECT count(*) FROM transactions WHERE type = 'refund'")
            [seen] = cursor.fetchone()
            both_have_looked.wait()
            if seen:
                return
            cursor.execute("UPDATE users SET coins = coins + 5 WHERE id = %s", [alice.pk])
            cursor.execute(
                "INSERT INTO transactions (user_id, type, amount, user_seq, balance_after, reverses_id)"
                " VALUES (%s, 'refund', 5, %s, 50, %s)",
                [alice.pk, 10 + number, -number],
            )

    assert refusals(at_once([lambda: give_back(1), lambda: give_back(2)])) == []
    assert services.balance(alice.pk) == 55
    assert {defect.split(":")[0] for defect in defects()} >= {"chain", "refunds"}
