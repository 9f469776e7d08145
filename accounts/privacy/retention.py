"""Retention: remove what is kept for a limited time only."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import OutboxEmail, Session, UndoLink
from accounts.notifications import outbox
from accounts.signin.changes import expired_before

# The last email to a deleted account: the start of its key.
GOODBYE = "goodbye:"
BLANK = dict.fromkeys(("recipient", "subject", "text", "html", "unsubscribe_url", "last_error"), "")


def blank_emails_of_deleted_accounts() -> int:
    """Blank emails to deleted accounts once the last one was sent or given up; returns how many last ones."""
    over = Q(sent_at__isnull=False) | Q(attempts__gte=outbox.MAX_ATTEMPTS)
    last = OutboxEmail.objects.filter(over, key__startswith=GOODBYE).exclude(recipient="")
    addresses = list(last.values_list("recipient", flat=True)[:100])
    for address in addresses:
        # What was being written while the account was deleted; email to a player who joined again stays.
        again = EmailAddress.objects.filter(email=address).exists()
        blank_emails(Q(recipient=address, key__startswith=GOODBYE) if again else Q(recipient=address))
    return len(addresses)


def blank_old_emails() -> int:
    """Blank emails that were sent longer ago than they are kept; returns how many."""
    old = timezone.now() - timedelta(days=settings.MAIL_KEPT_DAYS)
    return OutboxEmail.objects.filter(sent_at__lt=old).exclude(recipient="").update(**BLANK)


def purge_ended_sessions() -> int:
    """Remove what was kept about browsers that are no longer signed in; returns how many."""
    live = Session.objects.filter(sid=OuterRef("session_key"))
    return int(UserSession.objects.filter(~Exists(live)).delete()[0])


@transaction.atomic
def blank_emails(which: Q) -> None:
    """Blank the emails that were sent and remove those that wait; but a last email still goes out."""
    mails = OutboxEmail.objects.filter(which)
    mails.filter(sent_at__isnull=True).exclude(key__startswith=GOODBYE).delete()
    mails.exclude(sent_at__isnull=True, attempts__lt=outbox.MAX_ATTEMPTS).update(**BLANK)


def purge_undo_links() -> int:
    """Remove links that no longer undo anything, with the addresses they know; returns how many."""
    return int(UndoLink.objects.filter(made_at__lte=expired_before()).delete()[0])


def purge_expired_cache() -> int:
    """Remove expired rows of the cache, which say who tried what from where; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache WHERE expires < now()")
        return int(cursor.rowcount)
