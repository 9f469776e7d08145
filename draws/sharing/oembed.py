"""Draws in the pages of other sites: which draw an address means, and the answer of oEmbed 1.0 for it."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html

from draws.models import Draw
from draws.sharing import cards, previews

WIDTH, HEIGHT = 420, 280
KEPT_SECONDS = 3600
PAGES = {"draws:detail", "draws:room", "draws:verify", "draws:embed"}


def draw_number(address: str) -> int | None:
    """Return the number of the draw whose page of this site has the address."""
    try:
        parts, own = urlsplit(address), urlsplit(settings.SITE_ORIGIN)
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            return None
        found = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    return int(found.kwargs["draw_id"]) if found.view_name in PAGES else None


def endpoint(draw: Draw) -> str:
    """Return the whole address that answers for the draw."""
    asked = urlencode({"url": previews.address(draw), "format": "json"})
    return f"{settings.SITE_ORIGIN}{reverse('draws:oembed')}?{asked}"


def frame_address(draw: Draw) -> str:
    """Return the whole address of the draw's card for frames."""
    return str(settings.SITE_ORIGIN + reverse("draws:embed", args=[draw.pk]))


def answer(draw: Draw, widest: int | None, highest: int | None) -> dict[str, Any]:
    """Return the card in a frame and the picture of a draw, not larger than a page has room for."""
    width, height = min(WIDTH, widest or WIDTH), min(HEIGHT, highest or HEIGHT)
    found = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Lucky11",
        "provider_url": settings.SITE_ORIGIN,
        "title": draw.title,
        "cache_age": KEPT_SECONDS,
        "width": width,
        "height": height,
        "html": format_html(
            '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"></iframe>',
            *(frame_address(draw), width, height, draw.title),
        ),
    }
    if (widest or cards.WIDTH) >= cards.WIDTH and (highest or cards.HEIGHT) >= cards.HEIGHT:
        found["thumbnail_url"] = previews.card_address(draw)
        found["thumbnail_width"], found["thumbnail_height"] = cards.WIDTH, cards.HEIGHT
    return found
