"""Pictures for the tests, made with Pillow: what cameras make, and what nobody should open."""

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

ALT = "A red city bicycle with a basket, leaning on a blue door"


def scene(width: int = 1600, height: int = 1200, mode: str = "RGB") -> Image.Image:
    """A sky, a hill and a sun: its corners differ, so that one sees how it is turned."""
    image = Image.new("RGB", (width, height), "#5aa9e6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill="#2f6b3c")
    draw.ellipse((width // 12, height // 12, width // 3, height // 2), fill="#ffd23f")
    return image.convert(mode)


def noisy(width: int = 4000, height: int = 3000) -> Image.Image:
    """Every pixel of its own, the hardest there is for an encoder."""
    return Image.frombytes("RGB", (width, height), random.Random(11).randbytes(width * height * 3))


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a picture file."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def upload(
    content: bytes | None = None, name: str = "bike.jpg", kind: str = "image/jpeg"
) -> SimpleUploadedFile:
    """What a browser sends."""
    return SimpleUploadedFile(name, saved(scene()) if content is None else content, kind)


def opened(content: bytes) -> Image.Image:
    """A picture read back, decoded whole."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def photo_with_a_place() -> bytes:
    """A photo that says where and by whom it was taken, lies on its side, and has more in it still."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 42.0, 30.5), 3: "W", 4: (9.0, 8.0, 1.5)})
    xmp = b"<x:xmpmeta><owner>SecretOwner</owner></x:xmpmeta>"
    return (
        saved(scene(), exif=exif, xmp=xmp, comment=b"SecretComment") + b"SecretTail<script>alert(1)</script>"
    )


def png(width: int, height: int, *, data: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG that claims a size, whatever is in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [_chunk(b"IHDR", header), extra, _chunk(b"IDAT", zlib.compress(data)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 100 MB."""
    pixels = b"".join(b"\0" + bytes(3 * 400) for _ in range(300))
    return png(
        400, 300, data=pixels, extra=_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000)))
    )


def moving(kind: str) -> bytes:
    """Two pictures in one file."""
    return saved(
        scene(640, 480), kind, save_all=True, append_images=[scene(640, 480).rotate(90)], duration=90
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
