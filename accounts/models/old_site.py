"""The model of players who came over from the old site, by a fingerprint of their id there."""

import hashlib
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def fingerprint_of(old_id: str) -> bytes:
    """Return the fingerprint kept of an old site's id: enough to recognise the id, not to read it."""
    return hashlib.sha256(old_id.encode()).digest()


class OldAccount(models.Model):
    """An account of the old site and its player here; accounts of one email share a player."""

    digest = models.BinaryField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="old_accounts", db_index=False
    )
    came_as = models.TextField(
        default="",
        db_default="",
        blank=True,
        help_text="The player it became before it was linked to another, or nothing.",
    )
    invited_at = models.DateTimeField(null=True, blank=True, help_text="When its player was invited: once.")

    class Meta:
        db_table = "old_accounts"
        verbose_name = _("old account")
        verbose_name_plural = _("old accounts")
        indexes: ClassVar = [models.Index(name="idx_old_accounts_user", fields=["user"])]

    def __str__(self) -> str:
        return f"old account of player {self.user_id}"
