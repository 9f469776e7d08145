"""The model of sessions: signed-in browsers."""

from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from common.database.fields import PlainJSONField


def _also(field: str) -> property:
    """Return a property that gives a field a second name."""
    return property(lambda row: getattr(row, field), lambda row, value: setattr(row, field, value))


ALIASES = {"session_key": F("sid"), "expire_date": F("expire")}


class SessionManager(models.Manager["Session"]):
    """A manager that also finds sessions by the names that Django's session store asks for."""

    def get_queryset(self) -> Any:
        return super().get_queryset().alias(**ALIASES)


class Session(models.Model):
    """A signed-in browser, in the shape of the guide's `sessions` table (connect-pg-simple)."""

    sid = models.CharField(max_length=64, primary_key=True)
    sess = PlainJSONField()
    expire = models.DateTimeField(db_index=True)
    # As Django's session store calls them.
    session_key, session_data, expire_date = _also("sid"), _also("sess"), _also("expire")

    objects = SessionManager()

    class Meta:
        db_table = "sessions"
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"session until {self.expire:%Y-%m-%d %H:%M}"
