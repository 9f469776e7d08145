"""A sign of life of a process, kept in Redis: it may be lost, and nothing else depends on it."""

import time

from django.core.cache import caches

ALIVE_SECONDS = 30
KEPT_SECONDS = 7 * 24 * 3600


def beat(name: str) -> None:
    """Say that `name` is at work now."""
    caches["redis"].set(f"alive:{name}", time.time(), KEPT_SECONDS)


def age(name: str) -> float | None:
    """Seconds since `name` was at work; None: nobody knows. Raises redis.RedisError when Redis is gone."""
    seen = caches["redis"].get(f"alive:{name}")
    return None if seen is None else max(0.0, time.time() - seen)


def is_alive(name: str) -> bool:
    """Whether `name` was at work in the last half minute. Raises redis.RedisError when Redis is gone."""
    seconds = age(name)
    return seconds is not None and seconds < ALIVE_SECONDS
