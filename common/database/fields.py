"""Column helpers shared by the apps: plain JSON, and models that keep their counters out of `save()`."""

from typing import Any, ClassVar

from django.db import models


class PlainJSONField(models.JSONField):
    """JSON in a column of PostgreSQL's type `json`, as the migration guide's `sessions` table has it."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        # psycopg has already decoded a `json` column; only `jsonb` arrives as text.
        return super().from_db_value(value, expression, connection) if isinstance(value, str) else value


class KeepsCounters(models.Model):
    """A row with columns that only SQL moves: `save()` of an older copy must not set them back."""

    counters: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding and kwargs.get("update_fields") is None:
            left_out = self.counters | self.get_deferred_fields()
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.name not in left_out and field.attname not in left_out
            ]
        super().save(*args, **kwargs)
