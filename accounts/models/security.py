"""The model of the security log. Rows are only added, and removed after a time."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SecurityEvent(models.Model):
    """One event of the security log. It holds no password, no code, and no address of email."""

    class Kind(models.TextChoices):
        SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
        LOCKED = "locked", _("Too many attempts")
        CODE_REFUSED = "code_refused", _("Wrong code")
        STAFF_SIGNED_IN = "staff_signed_in", _("Staff signed in")
        FACTOR_ADDED = "factor_added", _("Second factor added")
        FACTOR_REMOVED = "factor_removed", _("Second factor removed")
        PROVIDER_CONNECTED = "provider_connected", _("Provider connected")
        PROVIDER_REMOVED = "provider_removed", _("Provider disconnected")
        EMAIL_CHANGED = "email_changed", _("Email changed")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        PASSWORD_RESET = "password_reset", _("Password reset")
        SESSION_ENDED = "session_ended", _("Session ended")
        PERSONAL_DATA_READ = "personal_data_read", _("Staff read personal data")
        REFUSED = "refused", _("Permission denied")

    at = models.DateTimeField(pgettext_lazy("column", "at"), default=timezone.now, db_default=Now())
    kind = models.TextField(pgettext_lazy("column", "kind"), choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("player"),
        null=True,
        related_name="security_events",
        db_index=False,
        help_text=_("Whose account it is about, if anybody’s."),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("by"),
        null=True,
        related_name="+",
        db_index=False,
        help_text=_("Who did it, while signed in."),
    )
    who = models.TextField(
        pgettext_lazy("column", "unknown email"),
        default="",
        db_default="",
        help_text=_("The keyed fingerprint of an email that no account has."),
    )
    client = models.TextField(
        _("client’s address"),
        default="",
        db_default="",
        help_text=_("The address that the request came from."),
    )
    request_id = models.TextField(_("request"), default="", db_default="")
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        db_table = "security_events"
        verbose_name = _("security event")
        verbose_name_plural = _("security log")
        indexes: ClassVar = [
            models.Index(name="idx_security_user", fields=["user", "-id"]),
            models.Index(name="idx_security_kind", fields=["kind", "-id"]),
            models.Index(name="idx_security_who", fields=["who", "-id"], condition=~models.Q(who="")),
            models.Index(name="idx_security_client", fields=["client", "-id"]),
            models.Index(name="idx_security_kept", fields=["at"]),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
