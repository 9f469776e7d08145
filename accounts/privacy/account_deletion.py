"""Delete an account: what names its player goes, and what the books and draws need stays under its id."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.mailboxes import spellings
from accounts.models import (
    DataExport,
    LeftAddress,
    Message,
    MessageChoice,
    UndoLink,
    User,
    WelcomedMailbox,
)
from accounts.notifications import outbox
from accounts.play import breaks
from accounts.privacy.redaction import Traces, redact_everywhere, traces_of
from accounts.privacy.retention import GOODBYE, blank_emails
from common.database.clock import database_now
from common.registry import Registry
from common.text import wording

LATE = timedelta(hours=3)


class StaffStays(Exception):
    """A member of staff cannot delete their account: someone must answer for what they did as staff."""


@dataclass(frozen=True)
class Part:
    """What an app does when a player deletes their account: `gives_up` says it, `erase` does it."""

    gives_up: Callable[[User], list[str]]
    erase: Callable[[User, Traces], None]


# By app.
PARTS: Registry[Part] = Registry("parts of account deletion")


def given_up(user: User) -> list[str]:
    """Return what the player loses by deleting the account, a sentence each: coins, tickets, prizes."""
    coins = _("%(coins)s, which nobody else will get.") % {"coins": wording.coins(user.coins)}
    return [coins, *(said for part in PARTS.values() for said in part.gives_up(user))]


@transaction.atomic
def delete_account(user_id: str) -> None:
    """Erase what names the player and close the account; coins, tickets and wins stay under its number.

    All sessions end, tickets stay in their draws, one last email says so and is then blanked. A repeat does
    nothing. Raises StaffStays.
    """
    # Behind this lock an entry under way ends first, and the next one finds the account closed.
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.closed_at is not None:
        return
    if user.is_staff or user.is_superuser:
        raise StaffStays(_("Staff accounts cannot be deleted here. Nothing was changed."))
    traces, email = traces_of(user), user.email
    addresses = [word for word in traces.sure if "@" in word]
    context = {"user": user, "name": user.display_name}
    breaks.remember_exclusion(user)
    _remember_confirmed_addresses(user)
    for part in PARTS.values():
        part.erase(user, traces)
    redact_everywhere(user, traces)
    _erase_rows(user, addresses)
    _close(user)
    # Its keyed fingerprint stays; this one, without a key, would let a copy of the database tell who left.
    WelcomedMailbox.objects.filter(user=user).delete()
    if email:
        _say_goodbye(user.pk, email, context)


def erase_late_writes() -> int:
    """Erase once more what a request under way wrote after its account was deleted; returns how many left."""
    left = User.objects.filter(is_active=False, closed_at__gt=timezone.now() - LATE)
    for user in left:
        with transaction.atomic():
            _erase_rows(user, [])
    return len(left)


def recognise_returning_player(user_id: str) -> bool:
    """Return whether the player deleted an account and joined again with a mailbox confirmed back then."""
    digests = [_fingerprint(email) for email in spellings(_confirmed_addresses(user_id))]
    LeftAddress.objects.filter(digest__in=digests).update(back_as=user_id)
    return LeftAddress.objects.filter(back_as=user_id).exists()


def _remember_confirmed_addresses(user: User) -> None:
    rows = [LeftAddress(digest=_fingerprint(email)) for email in spellings(_confirmed_addresses(user.pk))]
    LeftAddress.objects.bulk_create(rows, ignore_conflicts=True)


def _confirmed_addresses(user_id: str) -> list[str]:
    return list(EmailAddress.objects.filter(user=user_id, verified=True).values_list("email", flat=True))


def _fingerprint(email: str) -> bytes:
    # Keyed: a copy of the database alone tells nobody's address. A new SECRET_KEY forgets them, which costs
    # the site some welcome coins and nothing else.
    key = salted_hmac("lucky11.left_addresses", "", algorithm="sha256").digest()
    return hmac.digest(key, email.strip().lower().encode(), hashlib.sha256)


def _erase_rows(user: User, addresses: list[str]) -> None:
    # The download first: its message is written with it.
    DataExport.objects.filter(user=user).delete()
    UndoLink.objects.filter(user=user).delete()
    Message.objects.filter(user=user).delete()
    MessageChoice.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    UserSession.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    blank_emails(Q(recipient__in=addresses))
    with connection.cursor() as cursor:
        # Also sessions in which somebody was about to sign in or reset the password.
        cursor.execute(
            """DELETE FROM sessions WHERE sess->>'_auth_user_id' = %s
               OR sess::text ~* ANY (%s::text[])""",
            [user.pk, [rf"(^|[^\w.+-]){re.escape(email)}($|\W)" for email in addresses]],
        )


def _close(user: User) -> None:
    user.email, user.first_name, user.last_name, user.profile_image_url = None, "", "", ""
    user.time_zone, user.suspended_reason, user.last_login = "UTC", "", None
    user.set_unusable_password()
    user.is_active, user.closed_at = False, database_now()
    user.save(
        update_fields=[
            "email",
            "first_name",
            "last_name",
            "profile_image_url",
            "time_zone",
            "suspended_reason",
            "last_login",
            "password",
            "is_active",
            "closed_at",
            "updated_at",
        ]
    )
    user.groups.clear()
    user.user_permissions.clear()


def _say_goodbye(user_id: str, email: str, context: dict[str, Any]) -> None:
    subject = _("Your Lucky11 account is deleted")
    whole = {**context, "subject": subject, "origin": settings.SITE_ORIGIN}
    text, html = (render_to_string(f"accounts/email/goodbye.{kind}", whole) for kind in ("txt", "html"))
    outbox.enqueue(f"{GOODBYE}{user_id}", email, subject, text, html)
