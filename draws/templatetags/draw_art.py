"""The picture and the paper of a draw."""

from dataclasses import dataclass

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language_bidi

from draws.models import Draw
from draws.pictures import drawn, uploads

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
# How wide the picture is in each place, for the browser's choice among an uploaded picture's files.
SIZES = {
    "card": "(min-width: 64rem) 22rem, (min-width: 40rem) 45vw, 16rem",
    "row": "8rem",
    "hero": "(min-width: 60rem) 26rem, 92vw",
    "stage": "(min-width: 60rem) 26rem, 40vw",
}
# Those that are seen first, with the title beside the picture where there is room for both.
LARGE = ("hero", "stage")


@dataclass(frozen=True)
class Art:
    """What an `img` says; `wide` is another drawing for wide places, if there is one."""

    src: str
    width: int = 480
    height: int = 360
    srcset: str = ""
    sizes: str = ""
    alt: str = ""
    wide: str = ""
    # A photo, or a picture made for the draw; an illustration is neither.
    kind: str = ""
    eager: bool = False


@register.filter
def paper(draw: Draw) -> str:
    """Return the colour of paper, for `data-stock`."""
    return draw.stock if draw.vip_only else PAPER.get(draw.illustration, draw.stock)


@register.inclusion_tag("draws/_picture.html")
def picture(draw: Draw, place: str) -> dict[str, Art]:
    """Return the draw's picture in a place of SIZES: a photo, its illustration, or a made one."""
    return {"art": _photo(draw, place) or _drawing(draw, place)}


def _photo(draw: Draw, place: str) -> Art | None:
    url, eager = draw.prize_image_url, place in LARGE
    if url.startswith(uploads.PREFIX):
        found = getattr(draw, "picture", None)
        if found is not None:
            files = [(uploads.address_of(found.name, width), width) for width in found.widths]
            srcset = ", ".join(f"{address} {width}w" for address, width in files)
            size = (found.width, found.height)
            return Art(files[0][0], *size, srcset, SIZES[place], found.alt, kind="photo", eager=eager)
    # Photos from elsewhere are blocked by the Content-Security-Policy, so they are not tried.
    if not url.startswith("/") or url.startswith("//"):
        return None
    return Art(url, kind="photo", eager=eager)


def _drawing(draw: Draw, place: str) -> Art:
    if draw.illustration:
        kind, shapes = "", [static(f"img/art/{draw.illustration}{shape}.svg") for shape in ("", "-wide")]
    else:
        fingerprint, wide = (
            drawn.fingerprint(draw.pk, draw.title),
            "-wide-rtl" if get_language_bidi() else "-wide",
        )
        shapes = [reverse("draws:made_picture", args=[draw.pk, fingerprint, shape]) for shape in ("", wide)]
        kind = "made"
    if place == "stage":
        return Art(shapes[1], 880, 480, kind=kind, eager=True)
    return Art(shapes[0], wide=shapes[1] if place == "hero" else "", kind=kind, eager=place in LARGE)
