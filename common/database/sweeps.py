"""Sweeps: the database knows what is due; one row that fails is logged, and the others go on."""

import logging
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

logger = logging.getLogger(__name__)

AT_ONCE = 200  # rows a sweep takes in each step; the next takes the rest


def sweep(rows: QuerySet[Any], step: Callable[[int], bool]) -> int:
    """Take the next due rows one step on, each by itself. Returns how many steps were made."""
    done = 0
    for number in list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            done += step(number)
        except Exception:
            kind = rows.model.__name__
            logger.exception("%s %s: %s failed; the next sweep tries again.", kind, number, step.__name__)
    return done
