"""Tell a player of each change to how they sign in, at every address they had before it, with a link back.

A thief who adds an address and removes the player's own cannot keep that from the player: the removed one is
written to as well, for as long as its links work.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context as current
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import UndoLink, User


def digest_of(token: str) -> bytes:
    """Return what the database keeps of a link's token."""
    return hashlib.sha256(token.encode()).digest()


def expired_before() -> Any:
    """Return the moment before which links were made that no longer work."""
    return timezone.now() - timedelta(days=settings.UNDO_DAYS)


def confirmed_addresses(user: User) -> set[str]:
    """Return the addresses that the player has confirmed."""
    return set(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))


@transaction.atomic
def notify_addresses(user: User, what: str, context: dict[str, Any], before: set[str]) -> None:
    """Write to the addresses confirmed before a change, each with its own link that undoes it.

    `what` is the email's template. Addresses removed lately are told too; their own links still work.
    """
    sender, days = get_adapter(), settings.UNDO_DAYS
    # What the request added a moment before it told of it belongs to what is undone.
    since = getattr(current.request, "began_at", timezone.now())
    for email in sorted(before):
        token = secrets.token_hex(32)
        UndoLink.objects.create(
            digest=digest_of(token), user=user, email=email, before=sorted(before), what=what, made_at=since
        )
        undo_url = settings.SITE_ORIGIN + reverse("accounts:undo", args=[token])
        sender.send_mail(what, email, {**context, "undo_url": undo_url, "days": days, "told": email})
    lately = UndoLink.objects.filter(user=user, made_at__gt=expired_before()).exclude(email__in=before)
    for email in sorted(set(lately.values_list("email", flat=True))):
        sender.send_mail(what, email, {**context, "removed_here": True, "days": days, "told": email})


def on_added(request: HttpRequest, user: User, email_address: EmailAddress, **kwargs: Any) -> None:
    """Tell that an address was added, which its owner has yet to confirm."""
    get_adapter().send_notification_mail(
        "account/email/address_added", user, {"added_email": email_address.email}
    )


def on_confirmed(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """Tell the player's other addresses that one more is theirs; who joins has none."""
    user, email = email_address.user, email_address.email
    before = confirmed_addresses(user) - {email}
    if before:
        get_adapter().send_notification_mail(
            "account/email/address_confirmed", user, {"confirmed_email": email, "before": before}
        )


def on_removed(request: HttpRequest, user: User, email_address: EmailAddress, **kwargs: Any) -> None:
    """Tell that an address was removed, at this address too if it was confirmed."""
    email = email_address.email
    before = confirmed_addresses(user) | ({email} if email_address.verified else set())
    get_adapter().send_notification_mail(
        "account/email/email_deleted", user, {"deleted_email": email, "before": before}
    )


def connect() -> None:
    """Listen to allauth; called once, when the site starts."""
    signals.email_added.connect(on_added)
    signals.email_confirmed.connect(on_confirmed)
    signals.email_removed.connect(on_removed)
