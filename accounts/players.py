"""Players: who is signed in, and making and confirming one outside the sign-in pages."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.play.rules import accept_rules


def player_of(request: HttpRequest) -> User | None:
    """The signed-in player, None for a visitor."""
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
    """A player made by staff or a command; `confirmed` says that the e-mail is known to be theirs, and
    `accepted_rules` that they accepted the rules elsewhere."""
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=confirmed)
    if accepted_rules:
        accept_rules(user)
    return user


@transaction.atomic
def confirm_email(user: User) -> None:
    """Record that the player's e-mail is theirs; what follows from that (a bonus) happens at once."""
    address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
    if not address.verified:
        address.verified = True
        address.save(update_fields=["verified"])


def has_confirmed_email(user: User) -> bool:
    """Whether any e-mail of the player has been confirmed; without one no ticket can be taken."""
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())
