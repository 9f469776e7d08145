"""How fast a draw fills."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import caches
from django.utils import timezone

from common.text.charts import Curve, curve
from draws.models import Draw, Participation

SAMPLES = 64
ROWS = 8
FRESH_SECONDS = 15
FINAL_SECONDS = 3600


@dataclass(frozen=True)
class FillChart:
    """The curve of tickets taken, and some of its points to read: when, and how many were taken by then."""

    curve: Curve
    rows: list[tuple[datetime, int]]

    @property
    def begin(self) -> datetime:
        return self.rows[0][0]

    @property
    def end(self) -> datetime:
        return self.rows[-1][0]


def fill_chart(draw: Draw) -> FillChart | None:
    """Return how the draw filled since it was published, or None without tickets; cached while unchanged."""
    if not draw.current_participants or draw.published_at is None:
        return None
    final = draw.frozen_at or draw.has_ended
    key = f"fill_chart:{draw.pk}:{draw.current_participants}:{draw.stage}"
    found: FillChart | None = caches["process"].get_or_set(
        key, lambda: _read(draw), FINAL_SECONDS if final else FRESH_SECONDS
    )
    return found


def _read(draw: Draw) -> FillChart:
    """Read at most SAMPLES index entries in one query.

    Tickets are numbered in the order they were taken, so when ticket k was taken says when k were taken. A
    million tickets cost what a hundred do, and no height of the curve is further off than a SAMPLESth.
    """
    taken, begin = draw.current_participants, draw.published_at
    assert begin is not None
    numbers = sorted({1, taken, *(max(1, taken * part // SAMPLES) for part in range(1, SAMPLES))})
    found = Participation.objects.filter(draw=draw, ticket_number__in=numbers).order_by("ticket_number")
    points = [(begin, 0)]
    for number, moment in found.values_list("ticket_number", "participated_at"):
        # Requests that crossed may have begun in the other order than their tickets are numbered.
        points.append((max(moment, points[-1][0]), number))
    end = draw.frozen_at or draw.cancelled_at or min(timezone.now(), draw.draw_time)
    points.append((max(end, points[-1][0]), taken))
    every = max(1, len(points) // ROWS)
    rows = [*points[:-1:every], points[-1]]
    return FillChart(curve(points, draw.max_participants), rows)
