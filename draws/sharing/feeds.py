"""Open draws and results as feeds: Atom (RFC 4287), JSON Feed 1.1, and iCalendar (RFC 5545)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.urls import reverse, reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from draws.models import Draw
from draws.sharing.previews import address, preview

NEWEST = 50
JSON_FEED = "https://jsonfeed.org/version/1.1"


def open_draws() -> QuerySet[Draw]:
    """Return the open draws that feeds tell of, the newest first."""
    return Draw.objects.open().order_by("-published_at", "-pk")[:NEWEST]


def results() -> QuerySet[Draw]:
    """Return the drawn draws that feeds tell of, the latest first."""
    return Draw.objects.finished()[:NEWEST]


def _happened(draw: Draw) -> datetime | None:
    return draw.drawn_at or draw.published_at


class _Draws(Feed):  # type: ignore[type-arg]  # is generic for the type checker alone
    """An Atom feed of draws, each an entry with its public facts. Only the draw's page names winners."""

    feed_type = Atom1Feed
    title: Promise | str
    author_name = "Lucky11"

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return preview(item).sentence

    def item_link(self, item: Any) -> str:
        return reverse("draws:detail", args=[item.pk])

    def item_pubdate(self, item: Any) -> datetime | None:
        return _happened(item)

    def item_updateddate(self, item: Any) -> datetime | None:
        return _happened(item)


class OpenDraws(_Draws):
    """Draws that opened, the newest first."""

    title = _("Open draws – Lucky11")
    link = reverse_lazy("draws:list")

    def items(self) -> QuerySet[Draw]:
        return open_draws()


class Results(_Draws):
    """Draws that were drawn, the latest first."""

    title = _("Results – Lucky11")
    link = reverse_lazy("draws:winners")

    def items(self) -> QuerySet[Draw]:
        return results()


def json_feed(title: str, home: str, rows: QuerySet[Draw]) -> dict[str, Any]:
    """Return draws as a JSON Feed; `home` is the path of the page that lists them."""
    items = [
        {
            "id": address(draw),
            "url": address(draw),
            "title": draw.title,
            "content_text": preview(draw).sentence,
            "date_published": moment.isoformat() if (moment := _happened(draw)) else None,
        }
        for draw in rows
    ]
    return {
        "version": JSON_FEED,
        "title": title,
        "home_page_url": settings.SITE_ORIGIN + home,
        "items": items,
    }
