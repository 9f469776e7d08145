"""Rows of the old site that wait for coins or room: the earliest that fits goes first, however many wait."""

from __future__ import annotations

import random

import pytest

from ledger.old_site import Movement
from lucky11.importing.waiting import NEVER, Sizes, Waiting


class Counted(int):
    """A size that counts how often it is compared."""

    compared = 0

    def __gt__(self, other: float) -> bool:
        Counted.compared += 1
        return int(self) > other

    def __lt__(self, other: float) -> bool:
        Counted.compared += 1
        return int(self) < other


def move(number: int, amount: int) -> Movement:
    return Movement("ana", "import", amount, f"import:tx:{number}", f"old:{number}:", "")


@pytest.mark.parametrize("seed", range(5))
def test_the_first_size_that_is_small_enough_is_found_as_by_reading_all(seed):
    chance = random.Random(seed)
    sizes, row = Sizes(), []
    for _ in range(400):
        if row and chance.random() < 0.4:
            place, size = chance.randrange(len(row)), chance.choice([NEVER, chance.randint(1, 50)])
            sizes.put(place, size)
            row[place] = size
        else:
            row.append(chance.randint(1, 50))
            sizes.add(row[-1])
        most = chance.randint(0, 55)
        by_reading = next((place for place, size in enumerate(row) if size <= most), None)
        assert sizes.first(most) == by_reading


def test_rows_are_taken_in_the_order_in_which_they_came_if_they_fit():
    waiting = Waiting()
    assert waiting.take(10**9, 10**9) is None
    for number, amount in enumerate([-50, 900, -20, -10]):
        waiting.add(move(number, amount))
    assert waiting.take(9, 899) is None
    assert waiting.take(30, 0) == move(2, -20)
    assert waiting.take(30, 900) == move(1, 900)
    assert waiting.keys() == {"import:tx:0", "import:tx:3"}
    assert waiting.take(50, 0) == move(0, -50)
    assert waiting.take(50, 0) == move(3, -10)
    assert waiting.take(10**9, 10**9) is None


def test_twenty_thousand_that_wait_are_taken_without_reading_all_of_them_each_time():
    sizes, many = Sizes(), 20_000
    for number in range(many):
        sizes.add(Counted(number % 50 + 1))
    Counted.compared = 0
    for _ in range(many):
        place = sizes.first(50)
        assert place is not None
        sizes.put(place, NEVER)
    assert sizes.first(50) is None
    # Two for each of the tree's fifteen floors; reading all would be 200 million.
    assert Counted.compared <= many * 2 * 16
