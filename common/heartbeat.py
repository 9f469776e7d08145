"""A sign of life of a process, kept in Redis: it may be lost, and nothing else depends on it."""

import math
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

    A sign from the future is from before a clock was set back, and says nothing; nor does what is no time.
    """
    seen = moment(str(redis_client().get(f"alive:{name}")))
    if seen is None or seen > time.time() + CLOCK_SECONDS:
        return None
    return max(0.0, time.time() - seen)


def moment(text: str) -> float | None:
    """Return the Unix time that a text says, or None if it says none: anything may stand in Redis."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def is_alive(name: str) -> bool:
    """Return whether `name` was at work in the last half minute. Raises redis.RedisError."""
    seconds = age(name)
    return seconds is not None and seconds < ALIVE_SECONDS
