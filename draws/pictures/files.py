"""Turn an upload into the files that the site serves: opened as if it were hostile, drawn anew.

Nothing of the upload is kept but its pixels: no EXIF (where and when it was taken), XMP, ICC, trailing bytes.
"""

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from django.core.files import File
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageFilter, ImageOps, UnidentifiedImageError

from draws.exceptions import PictureRefused
from draws.models.pictures import WIDTHS, widths_of

MOST_BYTES = 15 * 1024 * 1024
# A JPEG is decoded at a fraction of its size; the others need all of their pixels in memory.
MOST_PIXELS = {"JPEG": 60_000_000, "MPO": 60_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
LEAST_WIDTH, LEAST_HEIGHT = 320, 240
STEEPEST = 2.5
# Quality, and the blur that what is still too large gets: only noise gets so far.
STEPS = [(80, 0), (70, 0), (60, 0), (50, 0), (40, 0), (30, 0), (20, 0), (20, 1), (20, 2), (10, 4)]
# What a phone on a slow line can be asked to load, for each width.
BUDGETS = {480: 40_000, 960: 130_000, 1440: 260_000}
# Names of files in the storage, and the end of their addresses.
NAME = r"[0-9a-f]{32}-[0-9]{3,4}\.webp"

NO_PICTURE = _("This is not a JPEG, PNG or WebP picture. Nothing was changed.")
DAMAGED = _(
    "This picture is damaged or incomplete: save it again and upload the new file. Nothing was changed."
)
TOO_BIG = _("This file is larger than %(most)s MB: make the picture smaller. Nothing was changed.")
TOO_MANY_PIXELS = _(
    "This picture has too many pixels: make it at most 5,000 pixels wide. Nothing was changed."
)
TOO_SMALL = _("This picture is smaller than %(width)s × %(height)s pixels. Nothing was changed.")
TOO_STEEP = _("This picture is too long and narrow: crop it to about 4:3. Nothing was changed.")
MOVES = _("Animated pictures are not supported: upload a still picture. Nothing was changed.")

# What Pillow's decoders raise about files that are not what they say.
HOSTILE = (OSError, SyntaxError, ValueError, EOFError, OverflowError, IndexError, KeyError, TypeError)
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)


@dataclass(frozen=True)
class Files:
    """A picture as it will be served: its fingerprint, its size, and a WebP for each width."""

    name: str
    width: int
    height: int
    by_width: dict[int, bytes]

    def __str__(self) -> str:
        return f"{self.width} × {self.height} pixels, {self.name}"

    def named(self) -> Iterator[tuple[str, bytes]]:
        """Return each file's name and content."""
        for width, content in self.by_width.items():
            yield file_name(self.name, width), content


def file_name(name: str, width: int) -> str:
    """Return the name of the file of one width."""
    return f"{name}-{width}.webp"


def read(upload: File) -> Files:  # type: ignore[type-arg]
    """Return the files of an uploaded picture, upright, in sRGB. Raises PictureRefused with a sentence."""
    if upload.size > MOST_BYTES:
        raise PictureRefused(TOO_BIG % {"most": MOST_BYTES >> 20})
    upload.seek(0)
    # Read once into memory: a decoder that closes or seeks what it is given meets its own copy.
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PictureRefused(TOO_BIG % {"most": MOST_BYTES >> 20})
    with _refusals():
        picture = _pixels(BytesIO(content))
    by_width = {width: _encoded(picture, width) for width in widths_of(picture.width)}
    fingerprint = hashlib.sha256(b"".join(by_width[width] for width in sorted(by_width))).hexdigest()
    return Files(fingerprint[:32], picture.width, picture.height, by_width)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except UnidentifiedImageError:
        raise PictureRefused(str(NO_PICTURE)) from None
    except BOMBS:
        raise PictureRefused(str(TOO_MANY_PIXELS)) from None
    except (*HOSTILE, struct.error):
        raise PictureRefused(str(DAMAGED)) from None


def _pixels(content: BytesIO) -> Image.Image:
    with Image.open(content, formats=("JPEG", "PNG", "WEBP")) as image:
        _check_claims(image)
        profile = image.info.get("icc_profile")
        if image.format in ("JPEG", "MPO"):
            image.draft(None, (WIDTHS[-1] * 2, WIDTHS[-1] * 2))
        image.load()
        # Palettes, bits and 16-bit greys cannot be resized well.
        upright = ImageOps.exif_transpose(_smooth(image))
    width, height = upright.size
    if width > WIDTHS[-1]:
        height = max(1, round(height * WIDTHS[-1] / width))
        upright = upright.resize((WIDTHS[-1], height), Image.Resampling.LANCZOS)
    return _bare(_in_srgb(upright, profile))


def _check_claims(image: Image.Image) -> None:
    """Check what the file says of itself, before a pixel of it is decoded."""
    width, height = image.size
    if width * height > MOST_PIXELS[image.format or ""]:
        raise PictureRefused(str(TOO_MANY_PIXELS))
    if min(width, height) < LEAST_HEIGHT or max(width, height) < LEAST_WIDTH:
        raise PictureRefused(TOO_SMALL % {"width": LEAST_WIDTH, "height": LEAST_HEIGHT})
    if max(width, height) > STEEPEST * min(width, height):
        raise PictureRefused(str(TOO_STEEP))
    # A camera's MPO has the photo first, and then previews.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise PictureRefused(str(MOVES))


def _smooth(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        grey = image.convert("I").point(lambda value: value * (1 / 256))
        return grey.convert("L")
    if image.mode in ("RGB", "RGBA", "L", "CMYK", "LAB"):
        return image.convert("RGBA") if "transparency" in image.info and image.mode != "CMYK" else image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert the colours to sRGB; a profile that is broken or of another kind is ignored."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            colours = ImageCms.profileToProfile(colours, given, srgb, outputMode="RGB") or colours
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _bare(image: Image.Image) -> Image.Image:
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _encoded(picture: Image.Image, width: int) -> bytes:
    """Return a WebP of this width, at the best quality that keeps to its budget."""
    height = max(1, round(picture.height * width / picture.width))
    small = picture.resize((width, height), Image.Resampling.LANCZOS) if width < picture.width else picture
    budget = next(most for least, most in BUDGETS.items() if width <= least)
    content = b""
    for quality, blur in STEPS:
        file = BytesIO()
        shown = small.filter(ImageFilter.GaussianBlur(blur)) if blur else small
        shown.save(file, "WEBP", quality=quality, alpha_quality=quality, method=5, exif=b"", xmp=b"")
        content = file.getvalue()
        if len(content) <= budget:
            break
    return content
