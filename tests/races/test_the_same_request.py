"""One form, sent many times at once, is one purchase."""

import uuid

import pytest

from draws.entries.take import Entry, take_tickets
from draws.models import Participation
from ledger.models import Transaction
from ledger.services import balance
from tests.races.together import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 50


def send_the_form_many_times(player, draw, count=1):
    outcomes = at_once([lambda: take_tickets(player.pk, draw.pk, count, "the-same-form")] * TIMES)
    assert [outcome for outcome in outcomes if not isinstance(outcome, Entry)] == []
    return outcomes


def assert_one_purchase(entries, player, numbers, coins_left):
    assert {tuple(entry.numbers) for entry in entries} == {tuple(numbers)}
    assert {(entry.coins_spent, entry.balance) for entry in entries} == {(5 * len(numbers), coins_left)}
    assert sorted(entry.replayed for entry in entries) == [False] + [True] * (TIMES - 1)
    assert Transaction.objects.filter(user=player, type="entry").count() == 1
    assert Participation.objects.filter(user=player).count() == len(numbers)
    assert balance(player.pk) == coins_left


def test_a_form_sent_fifty_times_at_once_for_the_last_ticket_takes_it_once(make_draw, alice, bob):
    draw = make_draw(max_participants=3, max_per_player=3)
    take_tickets(bob.pk, draw.pk, 2, "bobs-form")
    entries = send_the_form_many_times(alice, draw)
    assert_one_purchase(entries, alice, [3], 45)


def test_a_form_sent_fifty_times_at_once_with_the_last_coins_is_paid_once(make_player, draw):
    poor = make_player("poor", coins=5)
    entries = send_the_form_many_times(poor, draw)
    assert_one_purchase(entries, poor, [1], 0)


def test_a_form_for_several_tickets_sent_fifty_times_at_once_takes_them_once(make_player, make_draw):
    draw, player = make_draw(max_participants=3), make_player("player", coins=15)
    entries = send_the_form_many_times(player, draw, 3)
    assert_one_purchase(entries, player, [1, 2, 3], 0)


def test_the_last_ticket_goes_to_one_player_whose_every_try_is_answered_with_it(make_player, make_draw):
    draw = make_draw(max_participants=1)
    rivals = [make_player(f"rival{number}") for number in range(5)]
    tries = [lambda rival=rival: take_tickets(rival.pk, draw.pk, 1, "the-same-form") for rival in rivals]
    outcomes = at_once(tries * 10)
    entries = [outcome for outcome in outcomes if isinstance(outcome, Entry)]
    refused = [outcome for outcome in outcomes if not isinstance(outcome, Entry)]
    assert (len(entries), {type(error).__name__ for error in refused}) == (10, {"DrawFull"})
    winner = Participation.objects.get().user
    assert [balance(rival.pk) for rival in rivals if rival != winner] == [50] * 4
    assert balance(winner.pk) == 45


def test_control_the_same_form_without_its_request_id_is_paid_each_time(make_player, make_draw):
    player, draw = make_player("player", coins=25), make_draw(max_per_player=TIMES, max_participants=TIMES)
    outcomes = at_once([lambda: take_tickets(player.pk, draw.pk, 1, uuid.uuid4().hex)] * TIMES)
    assert refusals(outcomes) == ["NotEnoughCoins"] * (TIMES - 5)
    assert balance(player.pk) == 0
    assert Transaction.objects.filter(user=player, type="entry").count() == 5
