"""Mailboxes: which addresses lead to one, which players share one, and which had their welcome.

One mailbox is one player: `accounts/sql/mailbox_of.sql` says what spelling stands for all of its addresses.
"""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Func, QuerySet, TextField

from accounts.models import LeftAddress, User, WelcomedMailbox


class MailboxOf(Func):
    """The mailbox of an address, as the database spells it; a query by it goes along its index."""

    function = "mailbox_of"
    arity = 1
    output_field = TextField()


def spellings(emails: Iterable[str]) -> list[str]:
    """Return the addresses in lower case and their mailboxes, each once: what fingerprints are made of.

    Fingerprints were made of the addresses alone before there were mailboxes, and are still found by them.
    """
    plain = sorted({email.strip().lower() for email in emails if email.strip()})
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT mailbox_of(e) FROM unnest(%s::text[]) AS e", [plain])
        return sorted({*plain, *(row[0] for row in cursor.fetchall())})


def addresses_at(emails: Iterable[str]) -> QuerySet[EmailAddress]:
    """Return every player's addresses, confirmed or not, that lead to the mailbox of one of these."""
    mailboxes = spellings(emails)
    rows: QuerySet[EmailAddress] = EmailAddress.objects.alias(mailbox=MailboxOf("email"))
    return rows.filter(mailbox__in=mailboxes)


def accounts_sharing_mailbox(user: User) -> list[EmailAddress]:
    """Return the addresses of other accounts that lead to a mailbox of the player, confirmed ones first."""
    own = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    others = addresses_at([*own, user.email or ""]).exclude(user=user)
    return list(others.order_by("-verified", "pk"))


def claim_welcome(user_id: str) -> bool:
    """Record that the player's confirmed mailboxes have their welcome on this account.

    Return whether they may: False if one of them had it on another account, or none is confirmed. Another
    account that claims one of them at the same moment is waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT claim_welcome(%s)", [user_id])
        return bool(cursor.fetchone()[0])


def had_welcome_elsewhere(user: User) -> bool:
    """Return whether a mailbox of the player had its welcome on another account, open or deleted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT welcomed_elsewhere(%s)", [user.pk])
        elsewhere = bool(cursor.fetchone()[0])
    elsewhere = elsewhere and not WelcomedMailbox.objects.filter(user=user).exists()
    return elsewhere or LeftAddress.objects.filter(back_as=user).exists()
