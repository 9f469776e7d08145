"""The project's one signal: a confirmed email brings the welcome bonus, however the player was created."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models.signals import post_save
from django.dispatch import receiver

from ledger.bonuses import grant_signup_bonus


@receiver(post_save, sender=EmailAddress)
def welcome_confirmed_player(instance: EmailAddress, raw: bool = False, **kwargs: Any) -> None:
    """Grant the welcome bonus in the database transaction that confirms the email."""
    if instance.verified and not raw:
        grant_signup_bonus(instance.user_id)
