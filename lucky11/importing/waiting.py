"""Ledger rows that wait for coins or for room, in the order in which they came."""

from ledger.old_site import Movement

NEVER = float("inf")


class Sizes:
    """Sizes in a row, of which the first that is small enough is found without reading them all."""

    def __init__(self) -> None:
        # A binary tree: each node has the least size below it, and the second half of the list is the row.
        self._room, self._used = 1, 0
        self._least: list[float] = [NEVER, NEVER]

    def add(self, size: float) -> None:
        """Put a size at the row's end."""
        if self._used == self._room:
            self._grow()
        self._used += 1
        self.put(self._used - 1, size)

    def put(self, place: int, size: float) -> None:
        """Put another size at this place."""
        node = self._room + place
        self._least[node] = size
        while node := node // 2:
            self._least[node] = min(self._least[2 * node : 2 * node + 2])

    def first(self, most: float) -> int | None:
        """Return the place of the first size that is not above `most`."""
        if self._least[1] > most:
            return None
        node = 1
        while node < self._room:
            node = 2 * node + (self._least[2 * node] > most)
        return node - self._room

    def _grow(self) -> None:
        row = self._least[self._room :]
        self._room *= 2
        self._least = [NEVER] * self._room + row + [NEVER] * (self._room - len(row))
        for node in range(self._room - 1, 0, -1):
            self._least[node] = min(self._least[2 * node : 2 * node + 2])


class Waiting:
    """The rows that wait; one player may have very many of them."""

    def __init__(self) -> None:
        self._moves: dict[int, Movement] = {}
        self._taking, self._giving = Sizes(), Sizes()
        self._came = 0

    def add(self, move: Movement) -> None:
        """Let a row wait behind the others."""
        self._moves[self._came] = move
        self._came += 1
        self._taking.add(-move.amount if move.amount < 0 else NEVER)
        self._giving.add(move.amount if move.amount > 0 else NEVER)

    def take(self, coins: int, room: int) -> Movement | None:
        """Return the first row that takes at most `coins` or gives at most `room`; it waits no more."""
        places = (self._taking.first(coins), self._giving.first(room))
        place = min((place for place in places if place is not None), default=None)
        if place is None:
            return None
        self._taking.put(place, NEVER)
        self._giving.put(place, NEVER)
        return self._moves.pop(place)

    def keys(self) -> set[str]:
        """Return the keys of the rows that still wait."""
        return {move.key for move in self._moves.values()}
