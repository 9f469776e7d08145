"""Five runs of each variant, in turn, so that a machine that slows down slows all of them."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ROUNDS = 5


@dataclass(frozen=True)
class Sizes:
    """How long the runs are and how large the databases."""

    seconds: float
    small: tuple[int, int, int] = (100, 1_000, 10_000)  # draws, players, transactions
    large: tuple[int, int, int] = (100_000, 1_000_000, 5_000_000)
    closing: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    requests: int = 60


FULL = Sizes(seconds=4.0)
QUICK = Sizes(0.6, large=(10_000, 20_000, 100_000), closing=(1_000, 100_000), requests=25)


@dataclass
class Measured:
    """The runs of each variant by its name, and what each name and figure means."""

    runs: dict[str, list[float]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, words: str, unit: str, figure: float) -> None:
        """Add a run."""
        self.words[name], self.units[name] = words, unit
        runs = self.runs.setdefault(name, [])
        runs.append(figure)
        line = f"run {len(runs)} of {ROUNDS}: {name:<20}{figure:>12,.2f} {unit}"
        print(line, file=sys.stderr, flush=True)


def alternate(
    measured: Measured, unit: str, variants: Mapping[str, tuple[str, Callable[[bool], float]]]
) -> None:
    """Run the variants in turn; each is called with whether this is the round that only warms up."""
    for number in range(ROUNDS + 1):
        for name, (words, run) in variants.items():
            figure = run(number == 0)
            if number:
                measured.note(name, words, unit, figure)
