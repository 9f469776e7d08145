"""A sign of life of a process, kept in Redis: it may be lost, and nothing else depends on it."""

import time

from common import outages
from common.redis_client import redis_client

ALIVE_SECONDS = 30
# The clocks of two machines may differ by so much.
CLOCK_SECONDS = 5
KEPT_SECONDS = 7 * 24 * 3600


def beat(name: str) -> None:
    """Say that `name` is at work now. Raises redis.RedisError."""
    redis_client().set(f"alive:{name}", time.time(), ex=KEPT_SECONDS)
    outages.is_back(outages.REDIS)


def age(name: str) -> float | None:
    """Return the seconds since `name` was at work, or None if unknown. Raises redis.RedisError.

    A sign from the future is from before a clock was set back, and says nothing.
    """
    seen = redis_client().get(f"alive:{name}")
    seconds = None if seen is None else time.time() - float(str(seen))
    return None if seconds is None or seconds < -CLOCK_SECONDS else max(0.0, seconds)


def is_alive(name: str) -> bool:
    """Return whether `name` was at work in the last half minute. Raises redis.RedisError."""
    seconds = age(name)
    return seconds is not None and seconds < ALIVE_SECONDS
