"""Second factors: which ones a player has, and whether one was used in this session."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.models import User


def used_second_factor(request: HttpRequest, user: User) -> bool:
    """Return whether the player proved, in this session, a second factor that they still have."""
    used = [row.get("id") for row in get_authentication_records(request, user) if row.get("method") == "mfa"]
    return bool(used) and bool(Authenticator.objects.filter(user=user, pk__in=used).exists())


def kinds_of_second_factor(user: User) -> set[str]:
    """Return the kinds the player has: totp, webauthn, recovery_codes."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
