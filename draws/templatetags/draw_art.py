"""The picture and the paper of a draw."""

from django import template
from django.templatetags.static import static

from draws.models import Draw

register = template.Library()

# Each illustration was drawn for one colour of paper.
PAPER = {
    "tram": "marigold",
    "headphones": "sky",
    "moka": "coral",
    "coins": "rose",
    "bicycle": "mint",
    "vinyl": "lilac",
    "telescope": "lilac",
}


@register.filter
def paper(draw: Draw) -> str:
    """The colour of paper, for `data-stock`."""
    return draw.stock if draw.vip_only else PAPER.get(draw.illustration, draw.stock)


@register.filter
def picture(draw: Draw) -> str:
    """The address of the draw's picture: a photo of this site, or its illustration."""
    return _photo(draw) or static(f"img/art/{draw.illustration or 'ticket'}.svg")


@register.filter
def wide_picture(draw: Draw) -> str:
    """The same for wide places."""
    return _photo(draw) or static(f"img/art/{draw.illustration or 'ticket'}-wide.svg")


def _photo(draw: Draw) -> str:
    # Photos from elsewhere are blocked by the Content-Security-Policy, so they are not tried.
    url = draw.prize_image_url
    return url if url.startswith("/") and not url.startswith("//") else ""
