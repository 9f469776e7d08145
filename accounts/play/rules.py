"""The rules of the site, which every player accepts before the first ticket, as grown-ups."""

from django.conf import settings

from accounts.models import RulesAcceptance, User


def accept_rules(user: User) -> None:
    """Record that the player is 18 or older and accepts the rules as they stand, once per version."""
    RulesAcceptance.objects.bulk_create(
        [RulesAcceptance(user=user, version=settings.RULES_VERSION)], ignore_conflicts=True
    )


def has_accepted_rules(user: User) -> bool:
    """Whether the player has accepted any version; without that no ticket can be taken."""
    return RulesAcceptance.objects.filter(user=user).exists()
