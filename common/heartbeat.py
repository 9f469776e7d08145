"""A sign of life of a process, kept in Redis: it may be lost, and nothing else depends on it."""

import time

from django.core.cache import caches

ALIVE_SECONDS = 30
KEPT_SECONDS = 7 * 24 * 3600


def beat(name: str) -> None:
    """Say that `name` is at work now."""
    caches["redis"].set(f"alive:{name}", time.time(), KEPT_SECONDS)


def age(name: str) -> float | None:
    """Return the seconds since `name` was at work, or None if unknown. Raises redis.RedisError."""
    seen = caches["redis"].get(f"alive:{name}")
    return None if seen is None else max(0.0, time.time() - seen)


def is_alive(name: str) -> bool:
    """Return whether `name` was at work in the last half minute. Raises redis.RedisError."""
    seconds = age(name)
    return seconds is not None and seconds < ALIVE_SECONDS
