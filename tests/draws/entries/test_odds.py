"""The chance that a page states is the one that counting every way a draw can end gives."""

from fractions import Fraction
from itertools import permutations
from types import SimpleNamespace

import pytest

from draws.models import Draw
from draws.odds import Odds, chances


def counted(mine: int, others: list[int], prizes: int, *, one_a_player: bool) -> Fraction:
    """Every order in which tickets can come up, and how many of them bring me a prize."""
    holders = ["me"] * mine + [name for name, held in enumerate(others) for _ in range(held)]
    wins = orders = 0
    for order in permutations(range(len(holders))):
        winners: list[object] = []
        for index in order:
            if len(winners) < prizes and not (one_a_player and holders[index] in winners):
                winners.append(holders[index])
        wins += "me" in winners
        orders += 1
    return Fraction(wins, orders)


@pytest.mark.parametrize(
    ("mine", "others", "prizes"), [(1, [1, 1], 1), (2, [2, 2], 2), (1, [4], 2), (2, [1, 3], 3), (3, [1], 2)]
)
def test_one_prize_a_ticket_is_stated_as_counted_and_one_a_player_is_never_overstated(mine, others, prizes):
    total = mine + sum(others)
    exact = counted(mine, others, prizes, one_a_player=False)
    shown = Odds(mine, total, prizes, one_a_player=False).any_prize
    percent = Fraction(shown.removeprefix("about ").removesuffix(" %"))
    assert percent <= exact * 100 < percent + Fraction(1, 10)
    assert shown.startswith("about") == (exact * 1000 % 1 != 0)
    least = Odds(mine, total, prizes, one_a_player=True).any_prize
    floor = Fraction(least.removeprefix("at least ").removeprefix("about ").removesuffix(" %"))
    assert floor <= counted(mine, others, prizes, one_a_player=True) * 100


@pytest.mark.parametrize(
    ("odds", "shown"),
    [
        (Odds(1, 1, 1, one_a_player=False), "100 %"),
        (Odds(1, 4, 1, one_a_player=False), "25 %"),
        (Odds(1, 3, 1, one_a_player=False), "about 33.3 %"),
        (Odds(1, 1_000_000, 2, one_a_player=False), "more than 0 %"),
        (Odds(900_000, 1_000_000, 1000, one_a_player=False), "about 99.9 %"),
        (Odds(5, 3, 9, one_a_player=False), "100 %"),
        (Odds(1, 5, 9, one_a_player=True), "100 %"),
        (Odds(1, 3, 2, one_a_player=True), "at least 66.6 %"),
        (Odds(1, 4, 1, one_a_player=True), "25 %"),
    ],
)
def test_chances_are_rounded_down_and_never_up_to_certainty(odds, shown):
    assert odds.any_prize == shown


def test_one_ticket_more_is_counted_among_those_taken_for_who_holds_none():
    draw = Draw(current_participants=6, max_participants=10, winner_count=1)
    assert (chances(draw, 2).now.total, chances(draw, 0).now.total, chances(draw, 0).now.tickets) == (6, 7, 1)
    full = SimpleNamespace(is_full=True)
    assert chances(full, 0) is None
