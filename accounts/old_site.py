"""Add players of the old site, recognised by the fingerprint of their id there."""

from collections.abc import Iterable, Sequence

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.models import OldAccount, User, fingerprint_of
from common.database.clock import database_now


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


def unreachable(user_ids: Iterable[str]) -> set[str]:
    """Return those of the players who came over without an email and have never signed in here."""
    rows = User.objects.filter(pk__in=list(user_ids), email=None, last_login=None, is_active=True)
    return set(rows.values_list("pk", flat=True))


def came_as(user_ids: Iterable[str]) -> dict[str, str]:
    """Return the players whose old accounts were linked to these: their id -> the id of theirs."""
    rows = OldAccount.objects.filter(user__in=list(user_ids)).exclude(came_as="")
    return dict(rows.values_list("came_as", "user_id"))


def has_used_the_site(player: User) -> bool:
    """Return whether somebody has signed in as the player, or set up a way to."""
    return bool(
        player.last_login
        or player.has_usable_password()
        or SocialAccount.objects.filter(user=player).exists()
    )


@transaction.atomic
def link_accounts(player: User, to: User) -> None:
    """Give every old account of the player to another one, and close the player, whom nobody needs."""
    OldAccount.objects.filter(user=player).update(user=to, came_as=player.pk)
    EmailAddress.objects.filter(user=player).delete()
    player.email, player.first_name, player.last_name, player.profile_image_url = None, "", "", ""
    player.is_active, player.closed_at = False, database_now()
    player.save(
        update_fields=[
            *("email", "first_name", "last_name", "profile_image_url"),
            *("is_active", "closed_at", "updated_at"),
        ]
    )


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
