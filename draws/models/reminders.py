"""Model of reminders that players ask for before a draw closes."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from draws.models.draw import Draw


class DrawReminder(models.Model):
    """That a player wants to be told before a draw closes; gone once they are told or change their mind."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, db_default=Now())

    class Meta:
        db_table = "draw_reminders"
        verbose_name = _("draw reminder")
        verbose_name_plural = _("draw reminders")
        constraints: ClassVar = [models.UniqueConstraint(name="draw_reminders_once", fields=["user", "draw"])]
        indexes: ClassVar = [models.Index(name="idx_draw_reminders_draw", fields=["draw"])]

    def __str__(self) -> str:
        return gettext("reminder of player %(player)s for draw %(draw)s") % {
            "player": self.user_id,
            "draw": self.draw_id,
        }
