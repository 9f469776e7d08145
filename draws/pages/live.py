"""Live figures that open pages ask for again and again, the same for everyone."""

from collections.abc import Collection

from django.core.cache import caches

from draws.models import Draw

# How old figures may be.
FRESH_SECONDS = 2
# No page shows more draws than this.
MOST = 20
_COLUMNS = (
    *("pk", "published_at", "draw_time", "frozen_at", "drawn_at", "cancelled_at", "void_code"),
    *("early_access_until", "current_participants", "max_participants"),
)


def live_states(draw_ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """Return the stage and tickets taken of these published draws, up to FRESH_SECONDS old.

    However many ask, a draw is read once in that time by each process of the site: at most one query for all.
    """
    cache = caches["process"]
    known = cache.get_many([f"live:{pk}" for pk in draw_ids])
    missing = [pk for pk in draw_ids if f"live:{pk}" not in known]
    if missing:
        rows = Draw.objects.published().filter(pk__in=missing).only(*_COLUMNS)
        read = {f"live:{row.pk}": (row.stage, row.current_participants) for row in rows}
        fresh = {f"live:{pk}": None for pk in missing} | read
        cache.set_many(fresh, FRESH_SECONDS)
        known |= fresh
    return {pk: known[f"live:{pk}"] for pk in draw_ids if known[f"live:{pk}"]}
