"""Checks of every folder that the site writes to: is it writable by this account, and is there room?"""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from lucky11.operations import runs
from lucky11.operations.backups import stores
from lucky11.operations.doctor.results import Result, ok, problem, warning

FEWEST_MEGABYTES = 300
BACKUPS_THAT_FIT = 2


def checks() -> list[tuple[str, Callable[[], Result]]]:
    """Return a check for each folder, by its name."""
    return [
        ("Folder of backups", partial(stored, "backups")),
        ("Folder of pictures", partial(stored, "prize_pictures")),
        ("Folder of seals", partial(stored, "ledger_seals")),
        ("Folder of static files", partial(folder, Path(settings.STATIC_ROOT))),
        ("Folder of beat", beat_schedule),
    ]


def stored(alias: str) -> Result:
    """Check the folder of a storage; one that is elsewhere is only named."""
    storage = storages[alias]
    if not isinstance(storage, FileSystemStorage):
        return ok(
            f"{type(storage).__name__} {getattr(storage, 'bucket_name', '')}".strip()
            + ", not on this machine."
        )
    return folder(Path(storage.location), _size_of_backups() if alias == "backups" else 0)


def beat_schedule() -> Result:
    """Check the folder in which beat keeps its schedule (BEAT_SCHEDULE)."""
    given = os.environ.get("BEAT_SCHEDULE") or "celerybeat-schedule"
    return folder((settings.BASE_DIR / given).parent)


def folder(path: Path, needed_bytes: int = 0) -> Result:
    """Check that this account can write to a folder, or make it, and that its disk has room."""
    nearest = _nearest(path)
    found = f"{path}{'' if nearest == path else ' (does not exist yet)'}"
    account = runs.who()["by"]
    if not nearest.is_dir():
        return problem(
            f"{found}: {nearest} is not a folder.", f"Move {nearest} away, or name another folder."
        )
    if os.statvfs(nearest).f_flag & os.ST_RDONLY:
        return problem(
            f"{found} is on a disk that is read-only.",
            "Mount it so that it can be written to, or name another folder.",
        )
    if not os.access(nearest, os.W_OK | os.X_OK, effective_ids=True):
        advice = f"As root: `install -d -o {account} {path}`, or run this as the account that owns it."
        return problem(f"{found}: {account} may not write to {nearest}.", advice)
    return _room(found, nearest, needed_bytes)


def _room(found: str, path: Path, needed_bytes: int) -> Result:
    usage, entries = shutil.disk_usage(path), os.statvfs(path)
    free, percent = usage.free // 2**20, 100 * (usage.total - usage.free) // max(usage.total, 1)
    said = f"{found}: {free:,} MiB free, {percent} % used."
    if free < FEWEST_MEGABYTES or (entries.f_files and not entries.f_favail):
        what = "no room for another file" if free >= FEWEST_MEGABYTES else f"less than {FEWEST_MEGABYTES} MiB"
        return problem(f"{said} That is {what}.", "Free some space: docs/operations.md.")
    if usage.free < needed_bytes:
        size = needed_bytes // 2**20
        return problem(
            f"{said} The next backups need {size:,} MiB.", "Free some space, or lower BACKUP_KEEP."
        )
    if percent > settings.ALERT_DISK_PERCENT:
        return warning(
            f"{said} The limit is {settings.ALERT_DISK_PERCENT} %.", "Free some space: docs/operations.md."
        )
    return ok(said)


def _nearest(path: Path) -> Path:
    """Return the folder, or the nearest of those above it that exists."""
    path = path.absolute()
    while not os.path.lexists(path) and path != path.parent:
        path = path.parent
    return path


def _size_of_backups() -> int:
    """Return the bytes that the next backups need, as large as the newest."""
    newest = next(iter(stores.names()), None)
    return BACKUPS_THAT_FIT * stores.manifest(newest).size if newest else 0
