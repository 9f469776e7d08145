"""The outbox: an email is a row first, so that no crash and no dead mail server loses or doubles it.

An email is delivered at least once. When the server, or the worker, dies after the server accepted an email
and before that was written down, the email goes out again with the same Message-ID, by which mailboxes drop
the second copy. No sender can do better: it cannot know whether the answer that was lost said yes or no.
"""

import hashlib
import logging
import re
import smtplib
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.charset import QP, Charset

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import OutboxEmail
from common.database.advisory_locks import AdvisoryLock, try_advisory_lock

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 10
MAX_ATTEMPTS = 20
MAX_REFUSALS = 3  # tries after which "there is no such mailbox" is believed
LONGEST_WAIT = timedelta(hours=6)
SERVER_WAIT = timedelta(seconds=10)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
ANSWERS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)
ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")
# Readable in any mail program's source, and no server on the way has to encode it again, which breaks seals.
QUOTED_PRINTABLE = Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = QP
# No person wrote it: absence notes and ticket systems do not answer (RFC 3834).
AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def enqueue(key: str, recipient: str, subject: str, text: str, html: str = "") -> None:
    """Write an email, to be sent once the surrounding database transaction commits; one email per `key`."""
    enqueue_all([OutboxEmail(key=key, recipient=recipient, subject=subject, text=text, html=html)])


def enqueue_all(mails: Iterable[OutboxEmail]) -> None:
    """Write many emails at once; those whose key exists already are left out."""
    mails = list(mails)
    for mail in mails:
        mail.subject = " ".join(mail.subject.split())
    OutboxEmail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500)


def deliver_due(limit: int = 500) -> int:
    """Send up to `limit` waiting emails over one connection, a database transaction each; returns how many.

    One worker does it at a time. It stops when the server fails, and starts no mail after SWEEP_SECONDS.
    """
    with try_advisory_lock(AdvisoryLock.EMAIL_DELIVERY) as free:
        if not free:
            return 0
        server = get_connection()
        try:
            return _sweep(server, limit)
        finally:
            _hang_up(server)


def _sweep(server: BaseEmailBackend, limit: int) -> int:
    sent, until = 0, time.monotonic() + SWEEP_SECONDS
    for __ in range(limit):
        outcome = _deliver_one(server)
        sent += bool(outcome)
        if outcome is None or time.monotonic() >= until:
            break
    return sent


@transaction.atomic
def _deliver_one(server: BaseEmailBackend) -> bool | None:
    """Send the email that goes first, or has waited longest; its row is locked. Say whether it was accepted.

    Return None to end the sweep: no email is due, or the server failed.
    """
    mail = (
        OutboxEmail.objects.select_for_update(skip_locked=True)
        .filter(sent_at__isnull=True, due_at__lte=timezone.now(), attempts__lt=MAX_ATTEMPTS)
        .order_by("-goes_first", "due_at")
        .first()
    )
    if mail is None:
        return None
    error = _attempt(server, mail)
    mail.save(update_fields=["attempts", "last_error", "due_at", "sent_at"])
    if error is None:
        return True
    logger.warning("Mail %s was not accepted (attempt %s): %s", mail.pk, mail.attempts, error)
    _hang_up(server)
    # Silence says something about the server and not about this email: the others need not be tried now.
    silent = isinstance(error, OSError) and not isinstance(error, ANSWERS)
    return None if silent else False


def _attempt(server: BaseEmailBackend, mail: OutboxEmail) -> Exception | None:
    """Try to send an email and note the outcome on it. Return why it was not accepted."""
    try:
        message = _message(mail)
    except ValueError as error:
        return _give_up(mail, error)
    try:
        server.open()
    except OSError as error:
        # Not this email's fault: it costs it no attempt, so no outage is long enough to lose it.
        mail.due_at = timezone.now() + SERVER_WAIT
        mail.last_error = _words(error)
        return ConnectionError(mail.last_error)
    mail.attempts += 1
    try:
        server.send_messages([message])
    except Exception as error:
        return _try_later(mail, error)
    mail.sent_at = timezone.now()
    mail.last_error = ""
    return None


def _try_later(mail: OutboxEmail, error: Exception) -> Exception:
    if mail.attempts >= _most_tries(error):
        return _give_up(mail, error)
    mail.due_at = timezone.now() + min(timedelta(seconds=5 * 2**mail.attempts), LONGEST_WAIT)
    mail.last_error = _words(error)
    return error


def _most_tries(error: Exception) -> int:
    if isinstance(error, ValueError):
        return 1
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        final = all(code >= 500 for code, _ in error.recipients.values())
    else:
        final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
    return MAX_REFUSALS if final else MAX_ATTEMPTS


def _give_up(mail: OutboxEmail, error: Exception) -> Exception:
    said = _("Given up without an attempt.")
    if mail.attempts:
        said = ngettext(
            "Given up after %(count)s attempt.", "Given up after %(count)s attempts.", mail.attempts
        ) % {"count": mail.attempts}
    mail.last_error = f"{said} {_words(error)}"
    # Far from the emails that are due, so that no sweep reads it again.
    mail.attempts, mail.due_at = MAX_ATTEMPTS, NEVER
    return error


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _hang_up(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except OSError as error:
        logger.warning("The mail server did not say goodbye: %s", error)


def _message(mail: OutboxEmail) -> EmailMultiAlternatives:
    """Return the email as it goes out. Raises ValueError when it never can."""
    if not ADDRESS.fullmatch(mail.recipient) or not mail.recipient.isprintable():
        raise ValueError(_("The recipient is not a single email address."))
    # The same on every attempt, so that mailboxes drop a second copy.
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    digest = hashlib.sha256(mail.key.encode()).hexdigest()[:32]
    headers = {"Message-ID": f"<{digest}@{domain}>", **AUTOMATIC, **_ways_out(mail)}
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.recipient], headers=headers)
    message.encoding = QUOTED_PRINTABLE
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.message()
    return message


def _ways_out(mail: OutboxEmail) -> dict[str, str]:
    """Return the headers by which mail programs offer to unsubscribe (RFC 2369, RFC 8058)."""
    if not mail.unsubscribe_url:
        return {}
    return {
        "List-Unsubscribe": f"<{mail.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def waiting() -> int:
    """Return how many emails wait to be sent, not counting those given up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM outbox_emails WHERE sent_at IS NULL AND due_at < %s", [NEVER])
        return int(cursor.fetchone()[0])


def try_again(mail_ids: list[int]) -> int:
    """Make unsent emails due now, also those given up; returns how many."""
    unsent = OutboxEmail.objects.filter(pk__in=mail_ids, sent_at__isnull=True)
    return unsent.update(due_at=timezone.now(), attempts=Least("attempts", MAX_ATTEMPTS - 1))
