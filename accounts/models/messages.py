"""Models of what the site tells players: emails to send, messages on the site, and their settings."""

import re
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

FINGERPRINT = re.compile(r"\b[0-9a-f]{64}\b")


class OutboxEmail(models.Model):
    """An email written in the database transaction of the fact it tells, and delivered by a later sweep."""

    key = models.TextField(_("key"), help_text=_("One email per key, however often the event is reported."))
    recipient = models.TextField(_("recipient"))
    subject = models.TextField(_("subject"))
    text = models.TextField(_("text"))
    html = models.TextField(_("html"), default="", db_default="", blank=True)
    unsubscribe_url = models.TextField(
        _("unsubscribe url"),
        default="",
        db_default="",
        blank=True,
        help_text=_("Where mail programs switch off this kind of email; empty if it is always sent."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_default=Now())
    due_at = models.DateTimeField(_("due at"), default=timezone.now, db_default=Now())
    goes_first = models.BooleanField(
        _("goes first"), default=False, db_default=False, help_text=_("Sent before every other email.")
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.IntegerField(_("attempts"), default=0, db_default=0)
    last_error = models.TextField(_("last error"), default="", db_default="", blank=True)

    class Meta:
        db_table = "outbox_emails"
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        constraints: ClassVar = [models.UniqueConstraint(name="outbox_key_once", fields=["key"])]
        indexes: ClassVar = [
            models.Index(
                name="idx_outbox_next",
                fields=["-goes_first", "due_at"],
                condition=models.Q(sent_at__isnull=True),
            ),
            models.Index(name="idx_outbox_recipient", fields=["recipient", "-id"]),
            models.Index(name="idx_outbox_kept", fields=["sent_at"], condition=~models.Q(recipient="")),
            models.Index(
                name="idx_outbox_goodbye",
                fields=["id"],
                condition=models.Q(key__startswith="goodbye:") & ~models.Q(recipient=""),
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(subject)s (to %(recipient)s)") % {
            "subject": self.subject,
            "recipient": self.recipient,
        }


class Message(models.Model):
    """Something the site told a player on the site itself, written with the fact it tells."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("user"),
        related_name="messages",
        db_index=False,
    )
    key = models.TextField(_("key"), help_text=_("One message per key, however often the event is reported."))
    kind = models.TextField(pgettext_lazy("column", "kind"))
    title = models.TextField(_("title"))
    body = models.TextField(_("body"), default="", db_default="", blank=True)
    url = models.TextField(
        _("url"), default="", db_default="", blank=True, help_text=_("The page the message is about.")
    )
    thread = models.TextField(
        _("thread"),
        default="",
        db_default="",
        blank=True,
        help_text=_("Messages about the same thing are shown as one; empty for a message that stands alone."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_default=Now())
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        db_table = "messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [models.UniqueConstraint(name="messages_key_once", fields=["key"])]
        indexes: ClassVar = [
            models.Index(name="idx_messages_user", fields=["user", "-id"]),
            models.Index(
                name="idx_messages_unread", fields=["user"], condition=models.Q(read_at__isnull=True)
            ),
            models.Index(
                name="idx_messages_thread", fields=["user", "thread", "-id"], condition=~models.Q(thread="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def in_words(self) -> str:
        """The lines that people read: those without a fingerprint."""
        return "\n".join(line for line in self.body.splitlines() if not FINGERPRINT.search(line))

    @property
    def fingerprints(self) -> list[str]:
        """The lines with a fingerprint, which stay folded away until somebody wants to check."""
        return [line for line in self.body.splitlines() if FINGERPRINT.search(line)]


class MessageChoice(models.Model):
    """What a player turned off or on again for one kind of message; without a row, both ways are on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="message_choices", db_index=False
    )
    kind = models.TextField()
    by_email = models.BooleanField(default=True, db_default=True)
    on_site = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "message_choices"
        verbose_name = _("message choice")
        verbose_name_plural = _("message choices")
        constraints: ClassVar = [
            models.UniqueConstraint(name="message_choices_once", fields=["user", "kind"])
        ]

    def __str__(self) -> str:
        return gettext("%(kind)s of player %(player)s") % {"kind": self.kind, "player": self.user_id}
