"""The model of links that undo a change to how a player signs in."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class UndoLink(models.Model):
    """A link that was sent to one confirmed address when a sign-in detail changed; it undoes that, once.

    The link itself is nowhere: the row keeps its SHA-256 alone. `before` are the addresses that were
    confirmed before the change, this one among them.
    """

    digest = models.BinaryField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="undo_links", db_index=False
    )
    email = models.TextField(help_text=_("The address it was sent to."))
    before = models.JSONField(help_text=_("The addresses that were confirmed before the change."))
    what = models.TextField(help_text=_("What changed, as the email that told it is called."))
    made_at = models.DateTimeField(default=timezone.now, db_default=Now())
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "undo_links"
        verbose_name = _("undo link")
        verbose_name_plural = _("undo links")
        indexes: ClassVar = [models.Index(name="idx_undo_links_user", fields=["user", "made_at"])]

    def __str__(self) -> str:
        return gettext("link of %(day)s") % {"day": f"{self.made_at:%Y-%m-%d}"}
