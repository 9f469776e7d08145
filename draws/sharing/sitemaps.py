"""The pages that search engines may show."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from draws.models import Draw

PAGES = ["draws:list", "draws:winners", "draws:how", "draws:fair", "draws:log"]
PAGES += [
    "accounts:rules",
    "accounts:privacy",
    "accounts:help",
    "accounts:accessibility",
    "ledger:safer_play",
]


class Pages(Sitemap):  # type: ignore[type-arg]  # is generic for the type checker alone
    """Pages that are always there."""

    def items(self) -> list[str]:
        return PAGES

    def location(self, item: str) -> str:
        return reverse(item)


class Draws(Sitemap):  # type: ignore[type-arg]
    """Every published draw, by its number: a file of the map reads a slice of one index."""

    limit = 5_000

    def items(self) -> QuerySet[Draw]:
        return Draw.objects.published().order_by("pk").only("pk", "drawn_at", "cancelled_at", "published_at")

    def location(self, item: Draw) -> str:
        return reverse("draws:detail", args=[item.pk])

    def lastmod(self, item: Draw) -> datetime | None:
        return item.drawn_at or item.cancelled_at or item.published_at


SITEMAPS = {"pages": Pages, "draws": Draws}
