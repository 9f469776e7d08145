"""Where backups are kept: a folder or any Django storage (the alias `backups`).

A backup is two files: `NAME.dump`, and `NAME.json`, its manifest, which is written last: without it there is
no backup. `NAME.verified` appears once a drill has restored it. `NAME.files` and `NAME.site` are what a
backup of the whole site has besides; they go with it.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from lucky11.operations import OperationError
from lucky11.operations.backups import manifests
from lucky11.operations.backups.manifests import Manifest

PART = ".part"


def _storage() -> Storage:
    return storages["backups"]


def _folder() -> Path | None:
    """Return the folder itself, if the storage is one on this machine."""
    storage = _storage()
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def location() -> str:
    """Say where backups are stored, for people."""
    storage = _storage()
    return str(_folder() or f"{type(storage).__name__} {getattr(storage, 'bucket_name', '')}".strip())


@contextmanager
def new_part(name: str) -> Iterator[Path]:
    """Return the path for a partial file; it is gone after the block unless `keep` took it."""
    folder = _folder()
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lucky11-") as spool:
        path = (folder or Path(spool)) / f"{name}{PART}"
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def keep(part: Path, name: str) -> None:
    """Store a complete, flushed file under its name."""
    folder = _folder()
    if folder:
        part.rename(folder / name)
        sync_folder(folder)
        return
    with open(part, "rb") as file:
        stored = _storage().save(name, File(file, name))
    if stored != name or _storage().size(name) != part.stat().st_size:
        raise OperationError(f"The store did not save {name} in full under its name. There is no new backup.")


def keep_text(text: str, name: str) -> None:
    """Store a small text, completely or not at all."""
    if _folder():
        with new_part(name) as part:
            with open(part, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            keep(part, name)
    elif not _storage().exists(name):
        _storage().save(name, ContentFile(text.encode(), name))


def sync_folder(folder: Path) -> None:
    """Let the folder's entries survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files() -> set[str]:
    """Return the names of everything stored."""
    folder = _folder()
    if folder and not folder.is_dir():
        return set()
    return {name for name in _storage().listdir("")[1] if name}


def names() -> list[str]:
    """Return the backups, newest first: their names begin with their time."""
    stored = files()
    return sorted(
        (n[:-5] for n in stored if n.endswith(".json") and f"{n[:-5]}.dump" in stored), reverse=True
    )


def manifest(name: str) -> Manifest:
    """Return the manifest of a backup. Raises OperationError if it does not exist or is damaged."""
    if name not in names():
        raise OperationError(
            f"There is no backup {name!r} in {location()}. Nothing was changed. "
            "manage.py db_backups lists them."
        )
    with _storage().open(f"{name}.json") as file:
        return manifests.read(file.read(), name)


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """Open a stored file for reading."""
    with _storage().open(name, "rb") as file:
        yield file


def verified() -> set[str]:
    """Return the backups that a drill has restored."""
    return {name.removesuffix(".verified") for name in files() if name.endswith(".verified")}


def mark_verified(name: str, text: str) -> None:
    """Record beside the backup that it was restored, when, and how it went."""
    keep_text(text, f"{name}.verified")


def remove(name: str) -> None:
    """Remove a backup, its manifest first, so that half a removal is no backup."""
    for ending in (".site", ".json", ".verified", ".files", ".dump"):
        if f"{name}{ending}" in files():
            _storage().delete(f"{name}{ending}")


def clear_unfinished() -> None:
    """Remove the leftovers of killed runs: parts, and dumps without a manifest. The caller holds the lock."""
    whole = set(names())
    for name in files():
        stem, _, ending = name.rpartition(".")
        of_a_backup = ending in ("dump", "files") and stem.startswith("lucky11-")
        if name.endswith(PART) or (of_a_backup and stem not in whole):
            _storage().delete(name)
