"""Undo what somebody else changed about how a player signs in, by a link sent to an address from before.

The link speaks for its address: whoever reads that mailbox says that nothing since was theirs. The address
becomes the main one again, what was added since goes, and nobody stays signed in; a new password has to be
chosen, with a code to that address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import UndoLink, User
from accounts.signin.changes import confirmed_addresses, digest_of, expired_before
from accounts.signin.sessions import end_sessions


class UndoRefused(Exception):
    """Nothing was undone; the sentence says why."""


@dataclass(frozen=True)
class Undoing:
    """What a link undoes: from when on, for which address, and which addresses go."""

    user: User
    email: str
    since: datetime
    stays: frozenset[str]
    goes: tuple[str, ...]


def find(token: str) -> Undoing:
    """Return what a link would undo. Raises UndoRefused if it was used or is too old."""
    link = UndoLink.objects.filter(
        digest=digest_of(token), used_at=None, made_at__gt=expired_before(), user__closed_at=None
    ).first()
    if link is None:
        raise UndoRefused(gettext("This link was used already, or it is too old. Nothing was changed."))
    # A thief's later steps have links of their own: whichever is used, all of it goes.
    first = (
        UndoLink.objects.filter(user=link.user_id, email=link.email, made_at__gt=expired_before())
        .order_by("made_at")
        .first()
    ) or link
    stays = frozenset(first.before)
    here = EmailAddress.objects.filter(user=link.user_id).order_by("email").values_list("email", flat=True)
    return Undoing(
        link.user, link.email, first.made_at, stays, tuple(each for each in here if each not in stays)
    )


@transaction.atomic
def undo(token: str, sign_out: Callable[[User], None]) -> Undoing:
    """Restore the link's address, remove what was added since, and end every session of the player.

    `sign_out` ends the session that asks, if it is the player's. Raises UndoRefused: the link was used or is
    too old, or another player has confirmed the address.
    """
    found = find(token)
    owners = User.objects.filter(pk=found.user.pk) | User.objects.filter(email=found.email)
    locked = {owner.pk: owner for owner in owners.select_for_update(no_key=True).order_by("pk")}
    # Behind the lock: the same link may have been used meanwhile.
    found, user = find(token), locked[found.user.pk]
    told = confirmed_addresses(user) | {found.email}
    _free(found.email, user)
    _restore(user, found)
    _remove_ways_in(user, found.since)
    UndoLink.objects.filter(user=user, email=found.email).update(used_at=timezone.now())
    # The links of who came later would take the account away once more.
    UndoLink.objects.filter(user=user).exclude(email__in=found.stays).delete()
    sign_out(user)
    end_sessions(user)
    reset_url = settings.SITE_ORIGIN + reverse("account_reset_password")
    next_steps = {"restored": found.email, "reset_url": reset_url, "support": settings.SUPPORT_EMAIL}
    for email in sorted(told):
        get_adapter().send_mail("account/email/undone", email, next_steps)
    return found


def _free(email: str, user: User) -> None:
    """Take the address from accounts that have it without having confirmed it."""
    others = EmailAddress.objects.filter(email=email).exclude(user=user)
    if others.filter(verified=True).exists():
        raise UndoRefused(gettext("This address belongs to another account by now, so nothing was changed."))
    others.delete()
    User.objects.filter(email=email).exclude(pk=user.pk).update(email=None, updated_at=timezone.now())


def _restore(user: User, found: Undoing) -> None:
    addresses = EmailAddress.objects.filter(user=user)
    addresses.filter(email__in=found.goes).delete()
    addresses.update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user, email=found.email, defaults={"verified": True, "primary": True}
    )
    user.email = found.email
    user.set_unusable_password()
    user.save(update_fields=["email", "password", "updated_at"])


def _remove_ways_in(user: User, since: datetime) -> None:
    Authenticator.objects.filter(user=user, created_at__gte=since).delete()
    delete_dangling_recovery_codes(user)
    SocialAccount.objects.filter(user=user, date_joined__gte=since).delete()
