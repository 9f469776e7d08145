"""The outbox: mail is a row first, so that neither a crash nor a dead mail server loses or doubles it."""

import hashlib
import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models.functions import Least
from django.utils import timezone

from accounts.models import OutboxEmail

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 20
LONGEST_WAIT = timedelta(hours=6)


def enqueue(key: str, recipient: str, subject: str, text: str, html: str = "") -> None:
    """Write a mail, to be sent once the surrounding database transaction commits; one mail a `key`."""
    OutboxEmail.objects.bulk_create(
        [OutboxEmail(key=key, recipient=recipient, subject=" ".join(subject.split()), text=text, html=html)],
        ignore_conflicts=True,
    )


def deliver_due(limit: int = 50) -> int:
    """Send up to `limit` waiting mails, a database transaction each; returns how many went out."""
    sent = 0
    for _ in range(limit):
        outcome = _deliver_one()
        if outcome is None:
            break
        sent += outcome
    return sent


@transaction.atomic
def _deliver_one() -> bool | None:
    """Send the mail that has waited longest; None when none is due. The row stays locked while it is sent."""
    mail = (
        OutboxEmail.objects.select_for_update(skip_locked=True)
        .filter(sent_at__isnull=True, due_at__lte=timezone.now(), attempts__lt=MAX_ATTEMPTS)
        .order_by("due_at")
        .first()
    )
    if mail is None:
        return None
    mail.attempts += 1
    try:
        _message(mail).send()
    except Exception as error:
        logger.warning("Mail %s was not accepted (attempt %s): %s", mail.pk, mail.attempts, error)
        mail.last_error = f"{type(error).__name__}: {error}"[:500]
        mail.due_at = timezone.now() + min(timedelta(seconds=5 * 2**mail.attempts), LONGEST_WAIT)
    else:
        mail.sent_at = timezone.now()
        mail.last_error = ""
    mail.save(update_fields=["attempts", "last_error", "due_at", "sent_at"])
    return mail.sent_at is not None


def _message(mail: OutboxEmail) -> EmailMultiAlternatives:
    # The same Message-ID on every attempt lets mail servers drop the second copy of a mail
    # whose first delivery was accepted just before a crash.
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    digest = hashlib.sha256(mail.key.encode()).hexdigest()[:32]
    message = EmailMultiAlternatives(
        mail.subject, mail.text, to=[mail.recipient], headers={"Message-ID": f"<{digest}@{domain}>"}
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def waiting() -> int:
    """How many mails wait to be sent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM outbox_emails WHERE sent_at IS NULL")
        return int(cursor.fetchone()[0])


def try_again(mail_ids: list[int]) -> int:
    """Make unsent mails due now, also those given up after MAX_ATTEMPTS; returns how many."""
    unsent = OutboxEmail.objects.filter(pk__in=mail_ids, sent_at__isnull=True)
    return unsent.update(due_at=timezone.now(), attempts=Least("attempts", MAX_ATTEMPTS - 1))
