"""Querysets of draws by state, for pages and for the sweeps."""

from typing import TypeVar, cast

from django.db import models
from django.db.models.functions import Now

# The draw, which is defined with this.
Row = TypeVar("Row", bound=models.Model)


class DrawQuerySet(models.QuerySet[Row]):
    def published(self) -> "DrawQuerySet[Row]":
        """Return the draws that players may see."""
        return self.filter(published_at__isnull=False)

    def open(self) -> "DrawQuerySet[Row]":
        """Return the draws on sale now, the one that closes next first; `tickets_a_prize` sorts them too."""
        rows = self.filter(is_active=True, draw_time__gt=Now()).order_by("draw_time", "id")
        odds = models.F("max_participants") / models.F("winner_count")
        return cast("DrawQuerySet[Row]", rows.alias(tickets_a_prize=odds))

    def due(self) -> "DrawQuerySet[Row]":
        """Return the draws past their closing time whose ticket list is not frozen yet."""
        return self.filter(is_active=True, draw_time__lte=Now()).order_by("draw_time", "id")

    def undrawn(self) -> "DrawQuerySet[Row]":
        """Return the draws with a frozen list and no winners yet."""
        return self.filter(frozen_at__isnull=False, drawn_at__isnull=True, cancelled_at__isnull=True)

    def unsettled(self) -> "DrawQuerySet[Row]":
        """Return the draws that ended and still owe prizes or refunds."""
        ended = models.Q(drawn_at__isnull=False) | models.Q(cancelled_at__isnull=False)
        return self.filter(ended, settled_at__isnull=True)

    def finished(self) -> "DrawQuerySet[Row]":
        """Return the draws with winners, the latest first."""
        return self.filter(drawn_at__isnull=False).order_by("-drawn_at", "-id")
