"""The picture that a draw's page shows, as a file: its fingerprint is published with the draw's terms."""

import hashlib

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousOperation

from draws.models import Draw, PrizePicture
from draws.pictures.files import file_name
from draws.pictures.uploads import PREFIX, storage


class NotShown(Exception):
    """Pages cannot show the picture at this address: it is not on this site."""


def fingerprint(draw: Draw) -> str:
    """Return the SHA-256 of the file that shows the prize, in its largest size; empty for a generated one.

    Raises NotShown.
    """
    content = _content(draw)
    return hashlib.sha256(content).hexdigest() if content else ""


def _content(draw: Draw) -> bytes:
    address = draw.prize_image_url
    if not address:
        return _static(f"img/art/{draw.illustration}.svg") if draw.illustration else b""
    try:
        if address.startswith(PREFIX):
            picture = PrizePicture.objects.get(pk=draw.pk)
            with storage().open(file_name(picture.name, picture.width)) as file:
                return bytes(file.read())
        if address.startswith(settings.STATIC_URL):
            return _static(address.removeprefix(settings.STATIC_URL))
    except (OSError, SuspiciousOperation, PrizePicture.DoesNotExist) as error:
        raise NotShown(address) from error
    raise NotShown(address)


def _static(path: str) -> bytes:
    found = finders.find(path)
    if isinstance(found, str):
        with open(found, "rb") as file:
            return file.read()
    with staticfiles_storage.open(path) as file:
        return bytes(file.read())
