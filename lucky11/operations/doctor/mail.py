"""Checks of the mail server: it lets us in, or, if asked for, it takes a real email."""

import smtplib
import time

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from accounts.notifications import outbox
from lucky11.operations.doctor.results import Result, ok, problem, warning

LOCAL = ("localhost", "127.0.0.1", "::1")
SUBJECT = "Lucky11: a test of the mail server"
TEXT = "{site} can send email. `manage.py doctor` sent this at {when} UTC; nothing needs to be done.\n"


def server(recipient: str = "") -> Result:
    """Connect to the mail server, greet it and sign in; send one email if a recipient is given."""
    name = settings.EMAIL_BACKEND.split(".")[-2]
    if name != "smtp":
        said = f"Emails are not sent (the mail backend is {name})."
        return warning(said, "Set EMAIL_URL, for example smtp+tls://user:password@mail.example:587.")
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        taken = _send(recipient) if recipient else _greet()
    except (OSError, ValueError) as error:
        return problem(f"{where} does not take mail: {_words(error)}.", _advice(error))
    if _is_open_to_all():
        said = f"{where} {taken}, but the password of EMAIL_URL crosses the network as it is."
        return warning(said, "Use smtp+tls:// (STARTTLS) or smtp+ssl:// in EMAIL_URL.")
    return ok(f"{where} {taken}.")


def _greet() -> str:
    connection = get_connection()
    connection.open()
    connection.close()
    return "greets us (--mail ADDRESS sends an email)"


def _send(recipient: str) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    text = TEXT.format(site=settings.SITE_ORIGIN, when=when)
    headers = outbox.AUTOMATIC
    EmailMessage(SUBJECT, text, settings.DEFAULT_FROM_EMAIL, [recipient], headers=headers).send()
    return f"took an email to {recipient}; see that it arrives, and not among spam"


def _is_open_to_all() -> bool:
    secret = settings.EMAIL_HOST_PASSWORD and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
    return bool(secret) and settings.EMAIL_HOST not in LOCAL


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, said), *_) = error.recipients.values()
        return f"{code} {_text(said)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error).rstrip(".") or type(error).__name__


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]


def _advice(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "Correct the user and the password in EMAIL_URL."
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "Ask the server's operator why, or try another address; it may not relay for this machine."
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "Set DEFAULT_FROM_EMAIL to a sender that the server accepts."
    return "Correct EMAIL_URL, and let this machine through to the server's port."
