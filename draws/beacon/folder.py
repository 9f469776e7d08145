"""The watched folder: files carried here, each a round in JSON, or named by its round with a signature."""

import logging
import os
import stat
from pathlib import Path

from django.conf import settings

from draws.beacon.answers import MOST_BYTES, BadAnswer, read_round

logger = logging.getLogger(__name__)

MOST_FILES = 1000

# What each file held when it was last read, by path, and the size and time it had then.
_read: dict[str, tuple[tuple[int, int], tuple[int, bytes] | None]] = {}
_complaints: set[str] = set()


def reset() -> None:
    """Read every file again."""
    _read.clear()
    _complaints.clear()


def read_rounds() -> dict[int, list[tuple[bytes, str]]]:
    """Return round -> the signatures that files give for it, and each file's name; none is verified yet.

    A file that cannot be read is left out, and said once, until it changes.
    """
    found: dict[int, list[tuple[bytes, str]]] = {}
    for entry in _files():
        held = _held(entry)
        if held:
            found.setdefault(held[0], []).append((held[1], entry.name))
    return found


def refused(name: str, why: str) -> None:
    """Say once, until the file changes, that what it holds is not what it says."""
    if name not in _complaints:
        _complaints.add(name)
        logger.warning("The round file %s is left out. %s", name, why)


def _files() -> list["os.DirEntry[str]"]:
    if not settings.BEACON_FOLDER:
        return []
    try:
        with os.scandir(settings.BEACON_FOLDER) as entries:
            files = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        refused(str(settings.BEACON_FOLDER), f"The folder cannot be read: {error.strerror}.")
        return []
    if len(files) > MOST_FILES:
        refused(str(settings.BEACON_FOLDER), f"Of its files, only the last {MOST_FILES:,} by name are read.")
    return sorted(files, key=lambda entry: entry.name)[-MOST_FILES:]


def _held(entry: "os.DirEntry[str]") -> tuple[int, bytes] | None:
    try:
        status = entry.stat()
        mark = status.st_size, status.st_mtime_ns
        known = _read.get(entry.path)
        if known and known[0] == mark:
            return known[1]
        _complaints.discard(entry.name)
        # A pipe would never end, and a device is not a round.
        held = _parsed(Path(entry.path)) if stat.S_ISREG(status.st_mode) else None
    except OSError as error:
        refused(entry.name, f"It cannot be read: {error.strerror}.")
        return None
    except BadAnswer as error:
        refused(entry.name, str(error))
        held = None
    _read[entry.path] = mark, held
    return held


def _parsed(path: Path) -> tuple[int, bytes]:
    with path.open("rb") as file:
        number, signature = read_round(file.read(MOST_BYTES + 1))
    if number is None:
        if not (path.stem.isascii() and path.stem.isdigit() and len(path.stem) <= 16):
            raise BadAnswer("It holds a signature alone, and is not named by its round.")
        number = int(path.stem)
    return number, signature
