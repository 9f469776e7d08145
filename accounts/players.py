"""Players: find who is signed in, and create or confirm a player outside the sign-in pages."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.play.rules import accept_rules


def player_of(request: HttpRequest) -> User | None:
    """Return the signed-in player, or None for a visitor."""
    return request.user if isinstance(request.user, User) else None


@transaction.atomic
def create_player(
    email: str,
    password: str | None = None,
    *,
    confirmed: bool = False,
    accepted_rules: bool = False,
    **fields: Any,
) -> User:
    """Create a player for staff or a command; `confirmed` says that the email is known to be theirs, and
    `accepted_rules` that they accepted the rules elsewhere."""
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=confirmed)
    if accepted_rules:
        accept_rules(user)
    return user


@transaction.atomic
def confirm_email(user: User) -> None:
    """Record that the player's email is theirs; what follows from that (a bonus) happens at once."""
    address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
    if not address.verified:
        address.verified = True
        address.save(update_fields=["verified"])


def has_confirmed_email(user: User) -> bool:
    """Return whether the player has a confirmed email; without one they cannot take tickets."""
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())
