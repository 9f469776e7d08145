"""Signed-in browsers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.database.fields import PlainJSONField


class Session(models.Model):
    """A signed-in browser, in the shape of the guide's `sessions` table (connect-pg-simple)."""

    sid = models.CharField(max_length=64, primary_key=True)
    sess = PlainJSONField()
    expire = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "sessions"
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"session until {self.expire:%Y-%m-%d %H:%M}"
