"""Every ticket has the same chance: exactly, by trying all numbers; and counted over many fixed keys."""

import hashlib
from collections import Counter
from itertools import permutations, product
from math import sqrt

import pytest

from draws.fairness import Policy, candidates, pick_winners
from draws.fairness.lucky11_verify import fill_places, top_bits

PLAYER, TICKET = Policy.ONE_PRIZE_PER_PLAYER, Policy.ONE_PRIZE_PER_TICKET


def refs(*holdings):
    return [bytes([player]) * 32 for player, tickets in enumerate(holdings) for _ in range(tickets)]


def key(name, number):
    return hashlib.sha256(b"%s %d" % (name.encode(), number)).digest()


def misfit(observed, expected):
    """Pearson's chi-square, divided by the value that chance exceeds once in 1,000 (Wilson and Hilferty)."""
    assert set(observed) <= set(expected)
    assert sum(observed.values()) == pytest.approx(sum(expected.values()))
    chi_square = sum((observed[outcome] - mean) ** 2 / mean for outcome, mean in expected.items())
    freedom = len(expected) - 1
    return chi_square / (freedom * (1 - 2 / (9 * freedom) + 3.0902 * sqrt(2 / (9 * freedom))) ** 3)


def test_the_yardstick_agrees_with_the_printed_table():
    for freedom, printed in [(5, 20.515), (9, 27.877), (59, 98.324)]:
        expected = dict.fromkeys(range(freedom + 1), 10.0)
        observed = dict.fromkeys(range(freedom + 1), 10.0)
        shift = sqrt(printed * 10 / 2)
        observed[0], observed[1] = 10 + shift, 10 - shift
        assert misfit(observed, expected) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("bits", range(13))
def test_every_number_is_the_top_of_equally_many_hashes(bits):
    rest = bytes(range(30))
    tops = Counter(top_bits(start.to_bytes(2, "big") + rest, bits) for start in range(2**16))
    assert tops == dict.fromkeys(range(2**bits), 2 ** (16 - bits))


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("total", range(1, 65))
def test_of_all_numbers_each_ticket_has_exactly_one(total, policy):
    tickets = refs(*[1] * total)
    numbers = range(2 ** (total - 1).bit_length())
    wins = Counter(place for number in numbers for place in fill_places([number], tickets, 1, policy))
    assert wins == dict.fromkeys(range(total), 1)


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(
    ("total", "places", "length"), [(2, 2, 9), (3, 2, 6), (4, 3, 6), (5, 2, 5), (7, 3, 4)]
)
def test_of_all_rolls_each_order_of_winners_has_equally_many(total, places, length, policy):
    tickets = refs(*[1] * total)
    numbers = range(2 ** (total - 1).bit_length())
    outcomes = Counter(
        tuple(fill_places(rolls, tickets, places, policy)) for rolls in product(numbers, repeat=length)
    )
    complete = {outcome: rolls for outcome, rolls in outcomes.items() if len(outcome) == places}
    assert set(complete) == set(permutations(range(total), places))
    assert len(set(complete.values())) == 1


@pytest.mark.parametrize(
    "holdings", [(1, 1), (3, 1), (3, 2, 1), (1, 4, 2), (2, 2, 2, 1), (5, 1, 1, 1), (9, 3, 2)]
)
def test_after_any_winners_the_next_chance_is_a_players_tickets(holdings):
    tickets = refs(*holdings)
    numbers = range(2 ** (len(tickets) - 1).bit_length())
    for winners in range(len(holdings)):
        for earlier in permutations(range(len(holdings)), winners):
            rolled = [tickets.index(refs(*[1] * len(holdings))[player]) for player in earlier]
            filled = [fill_places([*rolled, number], tickets, winners + 1, PLAYER) for number in numbers]
            won = Counter(tickets[places[-1]][0] for places in filled if len(places) > winners)
            assert won == {p: held for p, held in enumerate(holdings) if p not in earlier}


def test_over_many_draws_each_ticket_wins_equally_often():
    tickets = refs(*[1] * 10)
    wins = Counter(
        pick_winners(key("ten", number), tickets, winners=1, reserves=0, policy=PLAYER)[0]
        for number in range(20_000)
    )
    assert misfit(wins, dict.fromkeys(range(10), 2_000)) < 1


def test_the_same_count_catches_a_remainder():
    wins = Counter(next(candidates(key("ten", number), 10)) % 10 for number in range(20_000))
    assert misfit(wins, dict.fromkeys(range(10), 2_000)) > 10


def test_the_same_count_catches_the_slight_bias_of_a_remainder_of_one_byte():
    wins = Counter(next(candidates(key("byte", number), 256)) % 96 for number in range(20_000))
    assert misfit(wins, dict.fromkeys(range(96), 20_000 / 96)) > 1


@pytest.mark.parametrize("policy", Policy)
def test_over_many_draws_each_order_of_three_winners_is_equally_frequent(policy):
    tickets = refs(*[1] * 5)
    orders = Counter(
        tuple(pick_winners(key("five", number), tickets, winners=2, reserves=1, policy=policy))
        for number in range(12_000)
    )
    assert misfit(orders, dict.fromkeys(permutations(range(5), 3), 200)) < 1


HOLDINGS = (6, 3, 1)


def expected_pairs(draws):
    """First and second by their tickets, the first one's out of the count for the second place."""
    return {
        (first, second): draws * HOLDINGS[first] / 10 * HOLDINGS[second] / (10 - HOLDINGS[first])
        for first, second in permutations(range(3), 2)
    }


def test_over_many_draws_players_win_in_proportion_to_their_tickets():
    tickets = refs(*HOLDINGS)
    pairs: Counter[tuple[int, ...]] = Counter()
    for number in range(12_000):
        won = pick_winners(key("held", number), tickets, winners=2, reserves=0, policy=PLAYER)
        pairs[tuple(tickets[index][0] for index in won)] += 1
    assert misfit(pairs, expected_pairs(12_000)) < 1


def test_the_same_count_catches_a_second_place_that_ignores_tickets():
    tickets = refs(*HOLDINGS)
    pairs: Counter[tuple[int, ...]] = Counter()
    for number in range(12_000):
        first = tickets[pick_winners(key("held", number), tickets, winners=1, reserves=0, policy=PLAYER)[0]][
            0
        ]
        others = [player for player in range(3) if player != first]
        pairs[first, others[key("coin", number)[0] & 1]] += 1
    assert misfit(pairs, expected_pairs(12_000)) > 1
