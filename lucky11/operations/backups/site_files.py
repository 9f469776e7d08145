"""The files of a site that are not in its database: prizes' pictures and the ledger's seals, as a tar stream.

Read and written piece by piece; every file's SHA-256 is in the manifest of the site's backup.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from draws.pictures.files import NAME
from draws.proof.outside import FOLDER
from lucky11.operations import OperationError

PIECE = 2**18
# The storages, and the names of the files in them that belong to the site.
SEALS = rf"ledger-seal-[0-9]{{6,}}\.json|{FOLDER}/[0-9]{{4,}}/([0-9]{{9,}}|begins)\.json"
KINDS = {"prize_pictures": re.compile(NAME), "ledger_seals": re.compile(SEALS)}


@dataclass
class Contents:
    """SHA-256 of each file, by `storage/name`; filled while the stream is read."""

    files: dict[str, str]


def names(kind: str) -> list[str]:
    """Return the files of a storage, in order."""
    storage: Storage = storages[kind]
    found = _listed(storage, "")[1]
    for era in _listed(storage, FOLDER)[0] if kind == "ledger_seals" else ():
        found += [f"{FOLDER}/{era}/{name}" for name in _listed(storage, f"{FOLDER}/{era}")[1]]
    return sorted(name for name in found if KINDS[kind].fullmatch(name))


def _listed(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return list(folders), list(files)


def packed(wanted: dict[str, list[str]], contents: Contents) -> Iterator[bytes]:
    """Yield a tar archive of these files of each storage; one that is gone meanwhile is left out."""
    for kind, listed in wanted.items():
        storage: Storage = storages[kind]
        for name in listed:
            try:
                size = storage.size(name)
                file = storage.open(name, "rb")
            except FileNotFoundError:
                continue
            with file:
                yield from _member(f"{kind}/{name}", size, file, contents)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _member(path: str, size: int, file: IO[bytes], contents: Contents) -> Iterator[bytes]:
    header = tarfile.TarInfo(path)
    header.size, header.mode = size, 0o600
    yield header.tobuf(tarfile.USTAR_FORMAT)
    digest, read = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        read += len(piece)
        yield piece
    if read != size:
        raise OperationError(f"{path} changed while it was read. There is no new backup of the site.")
    yield bytes(-size % tarfile.BLOCKSIZE)
    contents.files[path] = digest.hexdigest()


class Stream:
    """A stream of bytes as a file that can only be read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces, self.held = iter(pieces), bytearray()

    def read(self, size: int) -> bytes:
        """Return so many bytes, or what is left."""
        while len(self.held) < size and (piece := next(self.pieces, None)) is not None:
            self.held += piece
        taken = bytes(self.held[:size])
        del self.held[:size]
        return taken


def unpacked(pieces: Iterable[bytes], expected: dict[str, str]) -> Iterator[tuple[str, str, bytes]]:
    """Yield each file's storage, name and content. Raises OperationError unless all are as expected."""
    missing = dict(expected)
    try:
        with tarfile.open(fileobj=Stream(pieces), mode="r|") as archive:  # type: ignore[call-overload]
            for member in archive:
                kind, _, name = member.name.partition("/")
                file = archive.extractfile(member)
                # A picture has at most 260 kB, and a seal less than one.
                content = file.read() if file else b""
                fits = kind in KINDS and KINDS[kind].fullmatch(name)
                if not fits or missing.pop(member.name, "") != hashlib.sha256(content).hexdigest():
                    raise OperationError(f"{member.name} is not what the backup's manifest says.")
                yield kind, name, content
    except tarfile.TarError as error:
        raise OperationError(f"The files of the backup cannot be read: {error}.") from error
    if missing:
        raise OperationError(f"{len(missing)} files are missing, such as {min(missing)}.")


def differing(pieces: Iterable[bytes], expected: dict[str, str]) -> list[str]:
    """Check the whole archive; return the files that are here already with other contents."""
    found = []
    for kind, name, content in unpacked(pieces, expected):
        storage = storages[kind]
        if storage.exists(name):
            with storage.open(name, "rb") as file:
                if file.read() != content:
                    found.append(f"{kind}/{name}")
    return found


def write(pieces: Iterable[bytes], expected: dict[str, str]) -> int:
    """Write the files that are not here; return how many."""
    written = 0
    for kind, name, content in unpacked(pieces, expected):
        if not storages[kind].exists(name):
            storages[kind].save(name, ContentFile(content, name))
            written += 1
    return written
