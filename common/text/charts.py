"""Lines drawn as SVG by the server: only figures are worked out here, the pages draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Frame:
    """The edges of a picture between which a line is drawn."""

    left: int
    right: int
    top: int
    bottom: int

    def points(self, figures: Sequence[tuple[date, int]], least: int, most: int) -> list[tuple[float, float]]:
        """Return a point for each figure: its time says where between left and right, the first one at the
        left; its size says where between the bottom, which is `least`, and the top, which is `most`."""
        begin = figures[0][0]
        span = (figures[-1][0] - begin).total_seconds() or 1
        width, height = self.right - self.left, self.bottom - self.top
        return [
            (
                round(self.left + (moment - begin).total_seconds() / span * width, 1),
                round(self.bottom - (figure - least) / ((most - least) or 1) * height, 1),
            )
            for moment, figure in figures
        ]


def path(points: Sequence[tuple[float, float]], *, stepped: bool = False) -> str:
    """Return points as SVG path data; a stepped line keeps a figure until the next one."""
    (x, y), *others = points
    return f"M{x:g} {y:g}" + "".join(f"H{x:g}V{y:g}" if stepped else f"L{x:g} {y:g}" for x, y in others)


@dataclass(frozen=True)
class Curve:
    """SVG path data of a line, and of the area under it, in a picture of 600 × 130."""

    line: str
    area: str


CURVE = Frame(left=0, right=600, top=6, bottom=129)


def curve(points: Sequence[tuple[datetime, int]], most: int, stepped: bool = False) -> Curve:
    """Return the curve of `points` in order of time, from the left edge to the right; `most` is the top.

    A stepped line keeps a figure until the next one, as a balance does; otherwise points are joined.
    """
    placed = CURVE.points(points, 0, most)
    if len(placed) == 1:
        placed.append((float(CURVE.right), placed[0][1]))
    line = path(placed, stepped=stepped)
    return Curve(line, f"{line}V{CURVE.bottom}H{CURVE.left}Z")


@dataclass(frozen=True)
class LineChart:
    """One value a day, the oldest first; the page shows the same values as a table."""

    days: Sequence[tuple[date, int]]

    width = 600
    height = 160

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
        edge = 8
        frame = Frame(edge, self.width - edge, edge, self.height - edge)
        return frame.points(self.days, self.least, self.most)

    @property
    def path(self) -> str:
        """The points as SVG path data."""
        return path(self.points)

    @property
    def least(self) -> int:
        return min(value for _, value in self.days)

    @property
    def most(self) -> int:
        return max(value for _, value in self.days)
