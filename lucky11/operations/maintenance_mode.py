"""Maintenance mode: a run of `maintenance` that has not ended. Every process sees it within a second.

Coins that are owed still move: draws close, prizes and refunds are paid, emails go out. Only players' forms
wait. While the database is unavailable, every page that needs it answers 503 anyway.
"""

import time
from threading import Lock

from django.db import transaction

from lucky11.models import OperationRun
from lucky11.operations import runs

KIND = "maintenance"
KNOWN_SECONDS = 1.0

_lock = Lock()
_known: tuple[float, bool] = (float("-inf"), False)


def is_on() -> bool:
    """Say whether maintenance mode is on; ask the database at most once a second in each process."""
    global _known
    with _lock:
        asked, on = _known
        if time.monotonic() - asked >= KNOWN_SECONDS:
            on = current() is not None
            _known = (time.monotonic(), on)
    return on


def current() -> OperationRun | None:
    """Return the maintenance that is on, or None."""
    return OperationRun.objects.filter(kind=KIND, ended_at__isnull=True).order_by("id").first()


@transaction.atomic
def begin(reason: str) -> OperationRun:
    """Begin maintenance; if it is already on, it continues."""
    found = current()
    if found is None:
        found = runs.begin(KIND)
        found.summary = reason
        found.save(update_fields=["summary"])
    clear_cache()
    return found


def end() -> OperationRun | None:
    """End maintenance; return what ended, or None if it was not on."""
    found = current()
    for run in OperationRun.objects.filter(kind=KIND, ended_at__isnull=True):
        runs.end(run, ok=True)
    clear_cache()
    return found


def clear_cache() -> None:
    """Ask the database again with the next request, in this process."""
    global _known
    with _lock:
        _known = (float("-inf"), False)
