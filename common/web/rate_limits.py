"""Rate limits: how often one player, and one address, may ask for what moves coins.

This keeps machines from taking the site's time; it is not what keeps coins right. So each web process counts
for itself what it is asked, in memory: that takes some 50 µs of an entry, where asking Redis took 250, and
nothing that may be gone is needed to sell a ticket. With several processes a limit is reached later.
"""

import math
import threading
import time
from collections import Counter

from django.conf import settings
from django.http import HttpRequest

from common.web.client_address import address_of

_counts: Counter[str] = Counter()
_counted_in = -1
_lock = threading.Lock()


def seconds_to_wait(request: HttpRequest, player_id: str, what: str) -> int:
    """Count a player's request for `what`; return 0 if it may go on, else the seconds until a new try."""
    limits = {f"{what} player {player_id}": settings.RATE_LIMIT_PLAYER}
    return _wait(limits | _limit_of_address(request, what, settings.RATE_LIMIT_ADDRESS))


def seconds_to_wait_for_visitor(request: HttpRequest, what: str) -> int:
    """Do the same for what needs no player: one address may do as much as one player may elsewhere."""
    return _wait(_limit_of_address(request, what, settings.RATE_LIMIT_PLAYER))


def _limit_of_address(request: HttpRequest, what: str, limit: int) -> dict[str, int]:
    address = address_of(request)
    return {f"{what} address {address}": limit} if address else {}


def _wait(limits: dict[str, int]) -> int:
    now = time.monotonic() / settings.RATE_LIMIT_SECONDS
    counts = _count(int(now), limits)
    if all(count <= limit for count, limit in zip(counts, limits.values(), strict=True)):
        return 0
    left: float = (int(now) + 1 - now) * settings.RATE_LIMIT_SECONDS
    return math.ceil(left)


def _count(period: int, names: dict[str, int]) -> list[int]:
    """Return how often each name was counted in this period; what was counted before it is forgotten."""
    global _counted_in
    with _lock:
        if period != _counted_in:
            _counts.clear()
            _counted_in = period
        _counts.update(names.keys())
        return [_counts[name] for name in names]
