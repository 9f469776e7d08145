"""How fast one player, and one address, may ask for what moves coins.

This keeps machines from taking the site's time; it is not what keeps coins right. So each web process counts
for itself what it is asked, in memory: that takes some 50 µs of an entry, where asking Redis took 250, and
nothing that may be gone is needed to sell a ticket. With several processes a limit is reached later.
"""

import math
import threading
import time
from collections import Counter
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

from accounts.models import User

_counts: Counter[str] = Counter()
_counted_in = -1
_lock = threading.Lock()


def seconds_to_wait(request: HttpRequest, player: User, what: str) -> int:
    """Count a request for `what`; 0 when it may go on, else after how many seconds to try again."""
    limits = {f"{what} player {player.pk}": settings.PACE_PLAYER}
    return _wait(limits | _limit_of_address(request, what, settings.PACE_ADDRESS))


def seconds_to_wait_of_anybody(request: HttpRequest, what: str) -> int:
    """The same for what needs no player: one address may do as much as one player may elsewhere."""
    return _wait(_limit_of_address(request, what, settings.PACE_PLAYER))


def _limit_of_address(request: HttpRequest, what: str, limit: int) -> dict[str, int]:
    address = address_of(request)
    return {f"{what} address {address}": limit} if address else {}


def _wait(limits: dict[str, int]) -> int:
    now = time.monotonic() / settings.PACE_SECONDS
    counts = _count(int(now), limits)
    if all(count <= limit for count, limit in zip(counts, limits.values(), strict=True)):
        return 0
    left: float = (int(now) + 1 - now) * settings.PACE_SECONDS
    return math.ceil(left)


def address_of(request: HttpRequest) -> str:
    """Whose requests are counted together: the client's address by the rule of sign-in, of IPv6 its network.

    Empty when it cannot be told; then only the player counts.
    """
    try:
        return _customer(get_adapter().get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):
        return ""


@lru_cache(maxsize=10_000)
def _customer(address: str) -> str:
    # One customer has a whole /64, and may take another address of it for each request.
    ip = ip_address(address)
    return str(ip_network((ip, 64), strict=False) if isinstance(ip, IPv6Address) else ip)


def _count(period: int, names: dict[str, int]) -> list[int]:
    """How often each name was counted in this period; what was counted before it is forgotten."""
    global _counted_in
    with _lock:
        if period != _counted_in:
            _counts.clear()
            _counted_in = period
        _counts.update(names.keys())
        return [_counts[name] for name in names]
