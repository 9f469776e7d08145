"""The address that a client's requests are counted under."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Return the client's address, found by the rule that sign-in uses; for IPv6 its /64 network.

    Return an empty string when it cannot be told; then only the player counts.
    """
    try:
        return _network(get_adapter().get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):
        return ""


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    # One customer has a whole /64, and may take another address of it for each request.
    ip = ip_address(address)
    return str(ip_network((ip, 64), strict=False) if isinstance(ip, IPv6Address) else ip)
