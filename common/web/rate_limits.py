"""Rate limits: how often one player, and one address, may ask for what moves coins.

This keeps machines from taking the site's time; it is not what keeps coins right. Each process counts for
itself at first, in memory. Whoever it has seen more often than a tenth of the limit is counted in Redis, for
all processes together, and once the limit is passed that is known without asking again. So players at a human
pace cost no trip to Redis, and nobody gets more than the limit and a tenth of it for each further process.
Without Redis each process holds to the limit alone.
"""

import logging
import math
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest
from redis import RedisError

from common.redis_client import redis_client
from common.web.client_address import address_of

logger = logging.getLogger(__name__)

# The part of a limit that a process lets through before it asks Redis: one in so many.
OWN_PART = 10
# A trip to Redis may take so long. After one that failed, nobody is asked for so long.
SECONDS, PAUSE_SECONDS = 0.25, 5


@dataclass
class _Period:
    """What this process has counted in one span of RATE_LIMIT_SECONDS by the clock."""

    number: int = -1
    counts: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    full: set[str] = field(default_factory=set)


_period = _Period()
_lock = threading.Lock()
_ask_again_at = 0.0


def seconds_to_wait(request: HttpRequest, player_id: str, what: str) -> int:
    """Count a player's request for `what`; return 0 if it may go on, else the seconds until a new try."""
    limits = {f"{what} player {player_id}": settings.RATE_LIMIT_PLAYER}
    return _wait(limits | _limit_of_address(request, what, settings.RATE_LIMIT_ADDRESS))


def seconds_to_wait_for_visitor(request: HttpRequest, what: str) -> int:
    """Do the same for what needs no player: one address may do as much as one player may elsewhere."""
    return _wait(_limit_of_address(request, what, settings.RATE_LIMIT_PLAYER))


def reset() -> None:
    """Begin to count anew in this process, and ask Redis at once if it was away."""
    global _period, _ask_again_at
    with _lock:
        _period, _ask_again_at = _Period(), 0.0


def _limit_of_address(request: HttpRequest, what: str, limit: int) -> dict[str, int]:
    address = address_of(request)
    return {f"{what} address {address}": limit} if address else {}


def _wait(limits: dict[str, int]) -> int:
    # The clock that all processes share.
    now = time.time() / settings.RATE_LIMIT_SECONDS
    if not _is_passed(int(now), limits):
        return 0
    left: float = (int(now) + 1 - now) * settings.RATE_LIMIT_SECONDS
    return math.ceil(left)


def _is_passed(number: int, limits: dict[str, int]) -> bool:
    with _lock:
        period = _begin(number)
        period.counts.update(limits.keys())
        period.full |= {name for name, limit in limits.items() if period.counts[name] > limit}
        if period.full & limits.keys():
            return True
        shared = [name for name, limit in limits.items() if period.counts[name] > limit // OWN_PART]
        news = {name: period.counts[name] - period.told[name] for name in shared}
        period.told.update(news)
    if not news:
        return False
    totals = _count_in_redis(number, news)
    passed = {name for name, total in totals.items() if total > limits[name]}
    with _lock:
        period.full |= passed
        # What Redis did not hear is told with the next request.
        period.told.subtract({name: count for name, count in news.items() if name not in totals})
    return bool(passed)


def _begin(number: int) -> _Period:
    """Return the counts of this period; what was counted before it is forgotten."""
    global _period
    if _period.number != number:
        _period = _Period(number)
    return _period


def _count_in_redis(number: int, news: dict[str, int]) -> dict[str, int]:
    """Add to the counts of all processes and return them; nothing while Redis is away."""
    global _ask_again_at
    if time.monotonic() < _ask_again_at:
        return {}
    try:
        with redis_client(SECONDS).pipeline(transaction=False) as together:
            for name, count in news.items():
                together.incrby(f"limit:{number}:{name}", count)
                together.expire(f"limit:{number}:{name}", math.ceil(2 * settings.RATE_LIMIT_SECONDS))
            answers = together.execute()
    except RedisError:
        _ask_again_at = time.monotonic() + PAUSE_SECONDS
        logger.warning("Each process counts requests for itself.", exc_info=True)
        return {}
    return dict(zip(news, answers[::2], strict=True))
