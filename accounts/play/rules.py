"""Acceptance of the site's rules, which every player gives as an adult before their first ticket."""

from django.conf import settings

from accounts.models import RulesAcceptance, User


def accept_rules(user: User) -> None:
    """Record that the player is 18 or older and accepts the rules as they stand, once per version."""
    RulesAcceptance.objects.bulk_create(
        [RulesAcceptance(user=user, version=settings.RULES_VERSION)], ignore_conflicts=True
    )


def has_accepted_rules(user: User) -> bool:
    """Return whether the player has accepted any version; without that no ticket can be taken."""
    return RulesAcceptance.objects.filter(user=user).exists()
