"""Picking winners: each number wins for the first ticket it lands on whose holder has not won yet."""

import ast
import hashlib
import hmac
import random
import sys
import time
from itertools import count, islice
from pathlib import Path

import pytest

from draws import fairness
from draws.fairness import BadList, BadValue, PackedRefs, Policy, pick_winners

PLAYER, TICKET = Policy.ONE_PRIZE_PER_PLAYER, Policy.ONE_PRIZE_PER_TICKET
KEY = hashlib.sha256(b"a fixed key").digest()


def ref(player):
    return hashlib.sha256(b"player %d" % player).digest()


def refs(*holdings):
    """A list in which player 0 holds the first so many tickets, player 1 the next, and so on."""
    return [ref(player) for player, tickets in enumerate(holdings) for _ in range(tickets)]


def picked_by_the_book(prk, tickets, places, policy):
    """Section 4 of the protocol, as plainly as it can be written."""
    bits = (len(tickets) - 1).bit_length()
    eligible = len(tickets) if policy is TICKET else len(set(tickets))
    won: list[int] = []
    for i in count():
        if len(won) == min(places, eligible):
            return won
        block = hmac.new(prk, b"lucky11/1/pick" + i.to_bytes(8, "big"), hashlib.sha256).digest()
        number = int("".join(f"{byte:08b}" for byte in block[:8])[:bits] or "0", 2)
        if number >= len(tickets) or number in won:
            continue
        if policy is PLAYER and tickets[number] in [tickets[index] for index in won]:
            continue
        won.append(number)
    return won


@pytest.mark.parametrize("policy", Policy)
def test_three_hundred_random_draws_are_picked_by_the_book(policy):
    chance = random.Random(11)
    for number in range(300):
        prk = hashlib.sha256(b"draw %d" % number).digest()
        tickets = refs(*[chance.randint(1, 6) for _ in range(chance.randint(1, 25))])
        chance.shuffle(tickets)
        winners, reserves = chance.randint(1, 8), chance.randint(0, 8)
        won = pick_winners(prk, tickets, winners=winners, reserves=reserves, policy=policy)
        assert won == picked_by_the_book(prk, tickets, winners + reserves, policy)


def test_the_only_ticket_wins_without_any_bit():
    assert list(islice(fairness.candidates(KEY, 1), 5)) == [0] * 5
    assert pick_winners(KEY, refs(1), winners=1, reserves=0, policy=PLAYER) == [0]


@pytest.mark.parametrize("total", [2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 2**53 - 1])
def test_numbers_have_no_more_bits_than_the_last_ticket(total):
    rolled = list(islice(fairness.candidates(KEY, total), 4000))
    bits = (total - 1).bit_length()
    assert max(rolled) < 2**bits
    assert max(rolled) >= 2**bits * 0.9 - 1


def test_a_player_wins_once_however_many_tickets_they_hold():
    tickets = refs(50, 1, 1)
    won = pick_winners(KEY, tickets, winners=2, reserves=1, policy=PLAYER)
    assert len({tickets[index] for index in won}) == len(won) == 3


def test_a_ticket_wins_once_where_every_ticket_can_win():
    won = pick_winners(KEY, refs(6), winners=4, reserves=1, policy=TICKET)
    assert len(set(won)) == len(won) == 5


@pytest.mark.parametrize(("policy", "expected"), [(PLAYER, 3), (TICKET, 9)])
def test_there_are_no_more_places_than_players_or_tickets(policy, expected):
    assert len(pick_winners(KEY, refs(4, 4, 1), winners=900, reserves=100, policy=policy)) == expected


def test_fewer_prizes_pick_the_same_first_winners():
    tickets = refs(*[2] * 40)
    all_places = pick_winners(KEY, tickets, winners=20, reserves=10, policy=PLAYER)
    for places in range(1, 30):
        assert pick_winners(KEY, tickets, winners=places, reserves=0, policy=PLAYER) == all_places[:places]


def test_one_player_with_nearly_all_tickets_leaves_the_draw_quick():
    tickets = refs(99_997, 1, 1, 1)
    slowest, most = 0.0, 0
    for number in range(4):
        prk = hashlib.sha256(b"nearly all %d" % number).digest()
        started = time.process_time()
        won = pick_winners(prk, tickets, winners=3, reserves=0, policy=PLAYER)
        slowest = max(slowest, time.process_time() - started)
        assert len({tickets[index] for index in won}) == 3
        most = max(most, 1 + next(i for i, n in enumerate(fairness.candidates(prk, 100_000)) if n == won[-1]))
    assert most > 90_000
    assert slowest < 2


class ListInADatabase:
    """A ticket list that counts how often it is asked."""

    def __init__(self, tickets):
        self.tickets, self.asked = tickets, 0

    def __len__(self):
        return len(self.tickets)

    def __getitem__(self, index):
        self.asked += 1
        return self.tickets[index]


def test_a_list_that_reads_lazily_is_asked_only_for_the_tickets_rolled():
    tickets = refs(*[3] * 5000)
    lazy = ListInADatabase(tickets)
    won = pick_winners(KEY, lazy, winners=3, reserves=2, policy=PLAYER, holders=5000)
    assert won == pick_winners(KEY, PackedRefs(b"".join(tickets)), winners=3, reserves=2, policy=PLAYER)
    assert lazy.asked < 10
    lazy.asked = 0
    pick_winners(KEY, lazy, winners=3, reserves=2, policy=TICKET)
    assert lazy.asked == 0


def test_a_ticket_rolled_twice_is_read_once():
    lazy = ListInADatabase(refs(200, 1))
    pick_winners(KEY, lazy, winners=2, reserves=0, policy=PLAYER, holders=2)
    assert lazy.asked <= 201


def test_players_are_counted_no_further_than_there_are_prizes():
    lazy = ListInADatabase(refs(2, 2, 2, *[1] * 1000))
    assert fairness.count_holders(lazy, 3) == 3
    assert lazy.asked == 5
    assert fairness.count_holders(refs(5, 1), 1000) == 2


def test_more_players_claimed_than_the_list_has_is_refused_not_endless():
    with pytest.raises(BadList, match="fewer holders"):
        pick_winners(KEY, refs(3, 2), winners=5, reserves=0, policy=PLAYER, holders=3)


def test_a_draw_without_tickets_has_no_winners():
    for policy in Policy:
        with pytest.raises(BadList, match="without tickets"):
            pick_winners(KEY, [], winners=1, reserves=0, policy=policy)


@pytest.mark.parametrize(
    "wrong",
    [
        {"winners": 0, "reserves": 0},
        {"winners": 1000, "reserves": 1},
        {"winners": -1, "reserves": 5},
        {"winners": 5, "reserves": -1},
        {"winners": True},
        {"winners": 1.0},
        {"winners": "1"},
        {"policy": 1},
        {"policy": "one_prize_per_player"},
        {"policy": fairness.Mode.BEACON},
        {"holders": 0},
        {"holders": 4},
        {"holders": True},
        {"prk": bytes(31)},
        {"prk": "0" * 32},
        {"refs": [b"short"] * 3},
        {"refs": ["0" * 32] * 3},
        {"refs": [bytearray(32)] * 3},
        {"refs": [b"short"] * 3, "holders": 1},
        {"refs": [b"short"] * 4, "winners": 2},
    ],
    ids=str,
)
def test_wrong_rules_pick_nobody(wrong):
    rules = {"prk": KEY, "refs": refs(2, 1), "winners": 1, "reserves": 0, "policy": PLAYER, **wrong}
    with pytest.raises(BadValue):
        pick_winners(**rules)


@pytest.mark.parametrize("total", [0, -1, 2**53, 2.0, True, None])
def test_numbers_need_a_list_of_a_sensible_size(total):
    with pytest.raises(BadValue, match="total must be a whole number"):
        fairness.candidates(KEY, total)


def test_the_arithmetic_needs_nothing_but_python_three_nine():
    for source in Path(fairness.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"), feature_version=(3, 9))):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= sys.stdlib_module_names
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1 or str(node.module).split(".")[0] in sys.stdlib_module_names
