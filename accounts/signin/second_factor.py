"""Second factors: which ones a player has, and whether one was used in this session."""

import time

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.models import User


def used_second_factor(request: HttpRequest, user: User) -> bool:
    """Return whether the player proved, in this session, a second factor that they still have."""
    used = [row.get("id") for row in get_authentication_records(request, user) if row.get("method") == "mfa"]
    return bool(used) and bool(Authenticator.objects.filter(user=user, pk__in=used).exists())


def seconds_since_second_factor(request: HttpRequest, user: User) -> float | None:
    """Return the seconds since the player last proved a second factor they still have; None without one."""
    records = [row for row in get_authentication_records(request, user) if row.get("method") == "mfa"]
    kept = set(Authenticator.objects.filter(user=user).values_list("pk", flat=True))
    proved = [float(row["at"]) for row in records if row.get("id") in kept]
    return time.time() - max(proved) if proved else None


def kinds_of_second_factor(user: User) -> set[str]:
    """Return the kinds the player has: totp, webauthn, recovery_codes."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
