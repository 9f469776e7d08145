"""Signed-in browsers."""

from django.db import models

from accounts.columns import PlainJSONField


class Session(models.Model):
    """A signed-in browser, in the shape of the guide's `sessions` table (connect-pg-simple)."""

    sid = models.CharField(max_length=64, primary_key=True)
    sess = PlainJSONField()
    expire = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "sessions"

    def __str__(self) -> str:
        return f"session until {self.expire:%Y-%m-%d %H:%M}"
