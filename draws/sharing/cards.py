"""The picture that a link to a draw shows: 1,200 × 630 pixels, drawn from its public facts."""

from functools import lru_cache
from io import BytesIO

from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont

from draws.sharing.previews import Preview

WIDTH, HEIGHT, EDGE = 1200, 630, 72
INK, SURFACE, BRAND = "#14211b", "#ffffff", "#08623f"
# As in static/css/base/tokens.css, where each paper's colour stands.
STOCKS = {
    "marigold": "#ffc53d",
    "sky": "#8ec9f8",
    "coral": "#ff9b82",
    "rose": "#ffafcb",
    "mint": "#86e0b4",
    "lilac": "#c6b5fa",
    "vip": "#f5c451",
}
STUB, HOLE, PITCH = 430, 5, 26
TITLE_LINES = 3


@lru_cache(maxsize=64)
def card(shown: Preview) -> bytes:
    """Return the picture as a PNG. Drawing it is slow, so each process keeps the latest ones."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), STOCKS[shown.stock])
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, STUB, WIDTH, HEIGHT), fill=SURFACE)
    for x in range(PITCH // 2, WIDTH, PITCH):
        pen.ellipse((x - HOLE, STUB - HOLE, x + HOLE, STUB + HOLE), fill="#edf1eb")
    _title(pen, shown.title if _can_write(shown.title) else f"№ {shown.number}")
    pen.text((EDGE, STUB + 50), shown.worth or shown.state, font=_font(64, 700, 84), fill=INK)
    pen.text((EDGE, STUB + 130), shown.facts, font=_font(32, 400, 100), fill=INK)
    pen.text((WIDTH - EDGE, STUB + 58), "Lucky11", font=_font(48, 700, 84), fill=BRAND, anchor="ra")
    pen.text((EDGE, EDGE - 22), shown.state, font=_font(34, 600, 100), fill=INK)
    file = BytesIO()
    picture.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def _title(pen: ImageDraw.ImageDraw, title: str) -> None:
    """Write the title as large as three lines hold it; a longer one ends in three dots."""
    for size in (120, 96, 76, 60):
        font = _font(size, 700, 76)
        lines = _lines(pen, title, font)
        if len(lines) <= TITLE_LINES:
            break
    else:
        lines = [*lines[: TITLE_LINES - 1], lines[TITLE_LINES - 1].rstrip(" .,") + "…"]
    pen.multiline_text((EDGE, EDGE + 40), "\n".join(lines), font=font, fill=INK, spacing=size // 12)


def _lines(pen: ImageDraw.ImageDraw, title: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for word in _pieces(pen, title.split(), font):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and pen.textlength(longer, font=font) > WIDTH - 2 * EDGE:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _pieces(pen: ImageDraw.ImageDraw, words: list[str], font: ImageFont.FreeTypeFont) -> list[str]:
    """Cut words that are wider than the picture."""
    pieces = []
    for word in words:
        while pen.textlength(word, font=font) > WIDTH - 2 * EDGE:
            widths = [pen.textlength(word[:n], font=font) for n in range(1, len(word))]
            fits = sum(width <= WIDTH - 2 * EDGE for width in widths)
            pieces.append(word[:fits])
            word = word[fits:]
        pieces.append(word)
    return pieces


def _can_write(text: str) -> bool:
    """Whether the font has every letter; a title in another script would be a row of boxes."""
    font = _font(60, 700, 76)
    missing = bytes(font.getmask("\uffff"))
    return all(bytes(font.getmask(letter)) != missing for letter in text if letter != " ")


@lru_cache(maxsize=16)
def _font(size: int, weight: int, width: int) -> ImageFont.FreeTypeFont:
    path = finders.find("vendor/special-gothic/special-gothic-latin.woff2")
    font = ImageFont.truetype(str(path), size)
    font.set_variation_by_axes([weight, width])
    return font
