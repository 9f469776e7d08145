"""The draws at one step of their way, for pages and for the work that waits."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from draws.models.draw import Draw  # noqa: F401 - named in the type below


class DrawQuerySet(models.QuerySet["Draw"]):
    def published(self) -> "DrawQuerySet":
        """Draws that players may see."""
        return self.filter(published_at__isnull=False)

    def open(self) -> "DrawQuerySet":
        """Draws on sale now, the one that closes next first."""
        return self.filter(is_active=True, draw_time__gt=Now()).order_by("draw_time", "id")

    def due(self) -> "DrawQuerySet":
        """Draws past their closing time whose ticket list is not frozen yet."""
        return self.filter(is_active=True, draw_time__lte=Now()).order_by("draw_time", "id")

    def undrawn(self) -> "DrawQuerySet":
        """Draws with a frozen list and no winners yet."""
        return self.filter(frozen_at__isnull=False, drawn_at__isnull=True, cancelled_at__isnull=True)

    def unsettled(self) -> "DrawQuerySet":
        """Draws that ended and still owe prizes or refunds."""
        ended = models.Q(drawn_at__isnull=False) | models.Q(cancelled_at__isnull=False)
        return self.filter(ended, settled_at__isnull=True)

    def finished(self) -> "DrawQuerySet":
        """Draws with winners, the latest first."""
        return self.filter(drawn_at__isnull=False).order_by("-drawn_at", "-id")
