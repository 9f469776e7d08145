"""Lines drawn as SVG by the server: figures over time become the paths of a 600 × 130 picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, TOP, BOTTOM = 600, 6, 129


@dataclass(frozen=True)
class Curve:
    """SVG path data of a line, and of the area under it."""

    line: str
    area: str


def curve(points: Sequence[tuple[datetime, int]], most: int, stepped: bool = False) -> Curve:
    """`points` in order of time, the first at the left edge, the last at the right one; `most` is the top.

    A stepped line keeps a figure until the next one, as a balance does; otherwise points are joined.
    """
    begin = points[0][0]
    span = (points[-1][0] - begin).total_seconds() or 1
    placed = [
        (
            round((moment - begin).total_seconds() / span * WIDTH, 1),
            round(BOTTOM - figure / max(most, 1) * (BOTTOM - TOP), 1),
        )
        for moment, figure in points
    ]
    if len(placed) == 1:
        placed.append((float(WIDTH), placed[0][1]))
    line = f"M{placed[0][0]:g} {placed[0][1]:g}" + "".join(
        f"H{x:g}V{y:g}" if stepped else f"L{x:g} {y:g}" for x, y in placed[1:]
    )
    return Curve(line, f"{line}V{BOTTOM}H{placed[0][0]:g}Z")
