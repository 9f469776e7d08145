"""Models of a player's own data: copies to download, mailboxes, and the addresses of deleted accounts."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class DataExport(models.Model):
    """A zip of everything the site keeps about a player: requested, made by a task, removed after a while."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="data_exports", db_index=False
    )
    asked_at = models.DateTimeField(default=timezone.now, db_default=Now())
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)

    class Meta:
        db_table = "data_exports"
        verbose_name = _("data export")
        verbose_name_plural = _("data exports")
        indexes: ClassVar = [
            models.Index(name="idx_data_exports_user", fields=["user", "-id"]),
            models.Index(
                name="idx_data_exports_waiting", fields=["id"], condition=models.Q(made_at__isnull=True)
            ),
            models.Index(
                name="idx_data_exports_kept", fields=["expires_at"], condition=models.Q(content__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return gettext("data of player %(player)s") % {"player": self.user_id}

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class LeftAddress(models.Model):
    """The keyed fingerprint of a confirmed email whose player deleted the account.

    A player who joins with it again gets no second welcome bonus.
    """

    digest = models.BinaryField(primary_key=True)
    left_at = models.DateTimeField(default=timezone.now, db_default=Now())
    back_as = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("The account that later joined with the same email address."),
    )

    class Meta:
        db_table = "left_addresses"
        verbose_name = _("left address")
        verbose_name_plural = _("left addresses")

    def __str__(self) -> str:
        return gettext("left on %(day)s") % {"day": f"{self.left_at:%Y-%m-%d}"}


class WelcomedMailbox(models.Model):
    """The fingerprint of a mailbox that had its welcome bonus, and the account that got it: one at most."""

    digest = models.BinaryField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "welcomed_mailboxes"
        verbose_name = _("welcomed mailbox")
        verbose_name_plural = _("welcomed mailboxes")
        indexes: ClassVar = [models.Index(name="idx_welcomed_mailboxes_user", fields=["user"])]

    def __str__(self) -> str:
        return gettext("welcome of player %(player)s") % {"player": self.user_id}
