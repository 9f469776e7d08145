"""A line over days as SVG: only figures are worked out here, the page draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, EDGE = 600, 160, 8


@dataclass(frozen=True)
class LineChart:
    """One value a day, the oldest first; the page shows the same values as a table."""

    days: Sequence[tuple[date, int]]

    width = WIDTH
    height = HEIGHT

    @property
    def newest(self) -> int:
        return self.days[-1][1]

    @property
    def last_day(self) -> date:
        return self.days[-1][0]

    @property
    def change(self) -> int:
        """What the value changed by since the first day shown."""
        return self.days[-1][1] - self.days[0][1]

    @property
    def points(self) -> list[tuple[float, float]]:
        """A point for each value, from the least of them at the bottom to the most at the top."""
        values = [value for _, value in self.days]
        least, spread = min(values), (max(values) - min(values)) or 1
        first = self.days[0][0]
        length = (self.days[-1][0] - first).days or 1
        across, up = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
        return [
            (
                round(EDGE + across * (day - first).days / length, 1),
                round(EDGE + up * (1 - (value - least) / spread), 1),
            )
            for day, value in self.days
        ]

    @property
    def path(self) -> str:
        """The points as an SVG path."""
        return "M" + " L".join(f"{x},{y}" for x, y in self.points)

    @property
    def least(self) -> int:
        return min(value for _, value in self.days)

    @property
    def most(self) -> int:
        return max(value for _, value in self.days)
