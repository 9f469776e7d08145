"""The picture of a draw's prize: uploaded, described, copied with the draw, removed.

Files are written before the row that names them and only ever removed when no row does, all of it under one
lock: no row is without its files. What a failed or crashed transaction leaves behind, `sweep_files` removes.
"""

import re
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from draws.exceptions import PictureRefused
from draws.locking import lock_draw
from draws.models import Draw, PrizePicture, TextChange
from draws.models.pictures import LONGEST_ALT
from draws.pictures.files import NAME, Files, file_name

# The addresses of uploaded pictures begin with it, `draws.urls` has them.
PREFIX = "/pictures/"

SEALED = _(
    "Players entered this draw after seeing its picture, so the picture cannot change. Nothing was changed."
)
NO_ALT = _("Describe what the picture shows: some players hear it read aloud. Nothing was changed.")
LONG_ALT = _("Describe it in at most %(most)s characters. Nothing was changed.")
NOT_FOUND = _("There is no such picture on this site: upload it. Nothing was changed.")
# The field under which `draw_text_changes` keeps the address of a photo that was taken down.
TAKEN_DOWN = "prize_image_url"


def storage() -> Storage:
    """Return the storage of the files."""
    return storages["prize_pictures"]


@transaction.atomic
def set_picture(draw_id: int, files: Files, alt: str, *, actor: User | None) -> PrizePicture:
    """Give a draw a picture: a draft any, a published draw only if it has none.

    Raises DrawNotFound, or PictureRefused; then no file is left behind.
    """
    alt = _said(alt)
    draw = lock_draw(draw_id)
    if draw.published_at is not None and (draw.illustration or draw.prize_image_url):
        raise PictureRefused(str(SEALED))
    _lock_pictures()
    written = _write(files)
    try:
        with transaction.atomic():
            return _save(draw, files.name, files.width, files.height, alt, actor)
    except BaseException:
        _remove(written)
        raise


@transaction.atomic
def copy_picture(draw_id: int, address: str, *, actor: User | None) -> PrizePicture:
    """Give a draft the picture that another draw has, by its address. Raises DrawNotFound, PictureRefused."""
    draw = lock_draw(draw_id)
    if draw.published_at is not None:
        raise PictureRefused(str(SEALED))
    _lock_pictures()
    found = find_picture(address)
    if found is None:
        raise PictureRefused(str(NOT_FOUND))
    return _save(draw, found.name, found.width, found.height, found.alt, actor)


@transaction.atomic
def describe_picture(draw_id: int, alt: str) -> None:
    """Say in other words what a draw's picture shows; after publishing too. Raises PictureRefused."""
    alt = _said(alt)
    lock_draw(draw_id)
    if not PrizePicture.objects.filter(draw=draw_id).update(alt=alt):
        raise PictureRefused(gettext("This draw has no uploaded picture. Nothing was changed."))


@transaction.atomic
def remove_picture(draw_id: int) -> None:
    """Take the picture off a draft. Its files go with the next sweep. Raises DrawNotFound, PictureRefused."""
    draw = lock_draw(draw_id)
    if draw.published_at is not None:
        raise PictureRefused(str(SEALED))
    PrizePicture.objects.filter(draw=draw).delete()
    Draw.objects.filter(pk=draw.pk).update(prize_image_url="")


def find_picture(address: str) -> PrizePicture | None:
    """Return the uploaded picture with this address, as it was first described, or None."""
    name = address.removeprefix(PREFIX)
    if not address.startswith(PREFIX) or not re.fullmatch(NAME, name):
        return None
    return PrizePicture.objects.filter(name=name[:32]).order_by("uploaded_at", "pk").first()


def address_of(name: str, width: int) -> str:
    """Return the address of a picture's file on this site."""
    return PREFIX + file_name(name, width)


def sweep_files() -> int:
    """Remove the files that no draw's picture has; returns how many: none while the site is backed up."""
    with try_advisory_lock(AdvisoryLock.SITE_BACKUP) as free:
        return _sweep_files() if free else 0


@transaction.atomic
def _sweep_files() -> int:
    _lock_pictures()
    try:
        present = storage().listdir("")[1]
    except FileNotFoundError:
        return 0
    wanted = set(PrizePicture.objects.values_list("name", flat=True))
    gone = [name for name in present if re.fullmatch(NAME, name) and name[:32] not in wanted]
    _remove(gone)
    return len(gone)


@transaction.atomic
def take_down_picture(draw_id: int, *, actor: User | None) -> list[Draw]:
    """Take the photo of a published draw off every draw that shows it, for good, and delete its files.

    Each shows its drawn picture from then on; what stood there is kept and said on the draw's page. Nothing
    of it is sealed. Returns these draws. Raises PictureRefused; then nothing was changed.
    """
    address = Draw.objects.filter(pk=draw_id).values_list("prize_image_url", flat=True).first() or ""
    sharing = Draw.objects.filter(prize_image_url=address).exclude(prize_image_url="").order_by("pk")
    # Draws before files, as an upload locks them.
    draws = list(sharing.select_for_update(no_key=True, of=("self",)))
    _lock_pictures()
    published = [draw for draw in draws if draw.published_at is not None]
    if draw_id not in (draw.pk for draw in published):
        raise PictureRefused(gettext("This is not a published draw with a photo. Nothing was changed."))
    if sharing.count() > len(draws):
        raise PictureRefused(
            gettext("Another draw was just given this photo. Nothing was changed. Try again.")
        )
    TextChange.objects.bulk_create(
        TextChange(draw=draw, field=TAKEN_DOWN, old=address, new="", actor=actor) for draw in published
    )
    sharing.update(prize_image_url="")
    PrizePicture.objects.filter(draw__in=draws).delete()
    transaction.on_commit(sweep_files, robust=True)
    return draws


def _said(alt: str) -> str:
    alt = " ".join(alt.split())
    if not alt:
        raise PictureRefused(str(NO_ALT))
    if len(alt) > LONGEST_ALT:
        raise PictureRefused(LONG_ALT % {"most": LONGEST_ALT})
    return alt


def _lock_pictures() -> None:
    """Lock out other uploads and sweeps until the surrounding database transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AdvisoryLock.PICTURES])


def _save(draw: Draw, name: str, width: int, height: int, alt: str, actor: User | None) -> PrizePicture:
    if draw.photo_taken_down:
        raise PictureRefused(gettext("The photo of this draw was taken down. Nothing was changed."))
    fields = {"name": name, "width": width, "height": height, "alt": alt, "uploaded_by": actor}
    picture, _ = PrizePicture.objects.update_or_create(draw=draw, defaults=fields)
    Draw.objects.filter(pk=draw.pk).update(prize_image_url=address_of(name, width))
    return picture


def _write(files: Files) -> list[str]:
    """Write what is not there yet; returns the names of what was written."""
    place, written = storage(), []
    try:
        for name, content in files.named():
            if place.exists(name):
                if place.size(name) == len(content):
                    continue
                # Half a file, of a process that died.
                place.delete(name)
            written.append(place.save(name, ContentFile(content)))
    except BaseException:
        _remove(written)
        raise
    return written


def _remove(names: Iterable[str]) -> None:
    for name in names:
        storage().delete(name)
