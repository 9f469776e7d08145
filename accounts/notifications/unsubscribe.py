"""Switching off one optional kind of email, by a link that the email itself carries (RFC 8058).

Whoever holds the link may do this one thing and nothing else: no sign-in is needed, and none is given.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext

from accounts.models import MessageChoice, User
from accounts.notifications.notify import KINDS, UNSUBSCRIBE, Kind

# Longer than anybody keeps an unread email in mind, and not for ever.
VALID = timedelta(days=400)


class UnsubscribeRefused(Exception):
    """Nothing was switched off; the sentence says why."""


@dataclass(frozen=True)
class Unsubscribing:
    """Whose emails of which kind a link switches off."""

    user: User
    kind: Kind


def find(token: str) -> Unsubscribing:
    """Return what a link switches off. Raises UnsubscribeRefused if it is damaged or too old."""
    try:
        user_id, name = signing.loads(token, salt=UNSUBSCRIBE, max_age=VALID)
    except signing.SignatureExpired as error:
        raise UnsubscribeRefused(gettext("This link is too old. Nothing was changed.")) from error
    except signing.BadSignature as error:
        said = gettext("This link is incomplete or damaged. Nothing was changed.")
        raise UnsubscribeRefused(said) from error
    user, kind = User.objects.filter(pk=user_id, closed_at=None).first(), KINDS.get(name)
    if user is None or kind is None:
        raise UnsubscribeRefused(gettext("We no longer send these emails. Nothing was changed."))
    if kind.needed:
        said = gettext("We always send these emails: you might lose something if you missed one.")
        raise UnsubscribeRefused(said)
    return Unsubscribing(user, kind)


def unsubscribe(token: str) -> Unsubscribing:
    """Switch off the emails that a link is about; messages on the site stay as they were chosen."""
    found = find(token)
    MessageChoice.objects.bulk_create(
        [MessageChoice(user=found.user, kind=found.kind.name, by_email=False)],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["by_email"],
    )
    return found
