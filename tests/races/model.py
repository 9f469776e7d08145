"""A player-and-draws model in plain dictionaries, and a way to crash the site after any statement."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection

from draws import exceptions as refused

Answer = TypeVar("Answer")


class Crashed(BaseException):
    """The process died: nothing catches this and goes on."""


@contextmanager
def crashing_after(statements: int) -> Iterator[None]:
    """Die right after so many more statements: no answer arrives, and what was open is rolled back."""
    left = statements

    def execute(execute: Any, *arguments: Any) -> Any:
        nonlocal left
        answer = execute(*arguments)
        if left == 0:
            raise Crashed
        left -= 1
        return answer

    with connection.execute_wrapper(execute):
        yield


def in_spite_of_a_crash(call: Callable[[], Answer], crash: int | None) -> Answer:
    """Make a call that dies after `crash` statements, and once more, as whoever saw no answer does."""
    if crash is not None:
        try:
            with crashing_after(crash):
                return call()
        except Crashed:
            connection.close()
    return call()


@dataclass
class ModelDraw:
    """What a draw should be."""

    price: int
    tickets: int
    per_player: int
    minimum: int
    prize: int
    winners: int
    state: str = "open"
    holders: list[str] = field(default_factory=list)


@dataclass
class Model:
    """What the books should say."""

    coins: dict[str, int] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    visits: set[tuple[str, Any]] = field(default_factory=set)
    draws: dict[int, ModelDraw] = field(default_factory=dict)
    entries: dict[tuple[str, int, str], list[int]] = field(default_factory=dict)
    adjusted: dict[str, tuple[str, int]] = field(default_factory=dict)

    def refusal(self, player: str, draw_id: int, count: int, request: str) -> type[Exception] | None:
        """Why these tickets cannot be taken, in the order in which the site looks; None when they can."""
        draw = self.draws[draw_id]
        full = len(draw.holders) + count > draw.tickets
        earlier = self.entries.get((player, draw_id, request))
        if earlier is not None:
            return None if len(earlier) == count else refused.RequestConflict
        if draw.state == "cancelled":
            return refused.DrawCancelled
        if draw.state != "open":
            return refused.DrawCancelled if draw.state == "void" else refused.DrawClosed
        if len(draw.holders) == draw.tickets:
            return refused.DrawFull
        if player not in self.confirmed:
            return refused.EmailNotConfirmed
        if draw.holders.count(player) + count > draw.per_player:
            return refused.TicketLimitReached
        if self.coins[player] < count * draw.price:
            return refused.NotEnoughCoins
        return refused.DrawFull if full else None

    def enter(self, player: str, draw_id: int, count: int, request: str) -> list[int]:
        """The numbers these tickets get, or got."""
        draw = self.draws[draw_id]
        key = (player, draw_id, request)
        if key not in self.entries:
            first = len(draw.holders) + 1
            draw.holders += [player] * count
            self.coins[player] -= count * draw.price
            self.entries[key] = list(range(first, first + count))
        return self.entries[key]

    def give_back(self, draw_id: int, state: str) -> None:
        """The draw ends without winners: every coin paid comes back."""
        draw = self.draws[draw_id]
        draw.state = state
        for player in draw.holders:
            self.coins[player] += draw.price
