"""Add players of the old site, recognised by the fingerprint of their id there."""

from collections.abc import Iterable, Sequence

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import OldAccount, User, fingerprint_of


def known_players(old_ids: Sequence[str]) -> dict[str, str]:
    """Return the players who already came over from the old site: old id -> id."""
    fingerprints = {fingerprint_of(old_id): old_id for old_id in old_ids}
    rows = OldAccount.objects.filter(digest__in=list(fingerprints)).values_list("digest", "user_id")
    return {fingerprints[bytes(digest)]: user_id for digest, user_id in rows}


def holders_of(emails: Iterable[str]) -> dict[str, str | None]:
    """Return the emails taken here -> the player who confirmed it; None if nobody or a staff member did."""
    wanted = list(emails)
    users = User.objects.filter(email__in=wanted).values_list("email", flat=True)
    addresses = EmailAddress.objects.filter(email__in=wanted).values_list("email", flat=True)
    taken: dict[str, str | None] = dict.fromkeys([*filter(None, users), *addresses])
    proved = EmailAddress.objects.filter(
        email__in=wanted, verified=True, user__is_active=True, user__is_staff=False, user__is_superuser=False
    )
    return taken | dict(proved.values_list("email", "user_id"))


def taken_ids(ids: Iterable[str]) -> set[str]:
    """Return those of the ids that players here have."""
    return set(User.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))


@transaction.atomic
def add_players(players: Sequence[User], owners: dict[str, str]) -> None:
    """Add players, their emails not confirmed, and whose the accounts of the old site are (old id -> id)."""
    User.objects.bulk_create(players)
    EmailAddress.objects.bulk_create(
        EmailAddress(user_id=player.pk, email=player.email, primary=True, verified=False)
        for player in players
        if player.email
    )
    OldAccount.objects.bulk_create(
        OldAccount(digest=fingerprint_of(old_id), user_id=user_id) for old_id, user_id in owners.items()
    )
