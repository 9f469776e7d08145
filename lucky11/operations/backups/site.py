"""A backup of the whole site: the database's, and beside it its files and what else the site needs.

`NAME.dump` and `NAME.json` are the database's backup, `NAME.files` the pictures and seals, encrypted like the
dump, and `NAME.site` says what is in it. It is written last, and has no key: only names and fingerprints.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from lucky11 import __version__
from lucky11.operations import OperationError
from lucky11.operations.backups import encryption, site_files, stores
from lucky11.operations.backups.create import back_up, write
from lucky11.operations.backups.extensions import Say

FORMAT = 1
KEYS = ("SECRET_KEY", "ENCRYPTION_KEYS", "BACKUP_KEYS")
# Part of what players can check: a site under another origin has another log.
ORIGINS = ("SITE_ORIGIN", "LOG_ORIGIN")
MEANING = {
    "SECRET_KEY": "Players are signed out, and links in emails that were sent before do not work.",
    "ENCRYPTION_KEYS": (
        "Nobody can read the claims of prizes and the second factors that it encrypted, and draws whose "
        "secrets it encrypted cannot be drawn: they end void once they close."
    ),
    "BACKUP_KEYS": "Backups that it encrypted cannot be restored here.",
    "SITE_ORIGIN": "Emails and pages name another address than before.",
    "LOG_ORIGIN": "Nobody can verify the log of draws under another one.",
}
SETTINGS = (*KEYS, *ORIGINS, "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "EMAIL_URL")


def back_up_site(*, reason: str, keep: int | None = None) -> dict[str, Any]:
    """Back up the database and the site's files; return the description. Raises OperationError.

    The seals are those of before the dump, so that none of them knows more than the ledger in it; the
    pictures are listed after it, so that each one that it names is among them.
    """
    with try_advisory_lock(AdvisoryLock.SITE_BACKUP) as free:
        if not free:
            raise OperationError("Another backup of the site is running. Wait until it has finished.")
        seals = site_files.names("ledger_seals")
        manifest = back_up(reason=reason, keep=keep)
        wanted = {"prize_pictures": site_files.names("prize_pictures"), "ledger_seals": seals}
        contents = site_files.Contents({})
        with stores.new_part(f"{manifest.name}.files") as part:
            digest, size = write(site_files.packed(wanted, contents), part)
            stores.keep(part, f"{manifest.name}.files")
    described = {
        "format": FORMAT,
        "app": __version__,
        "files": {"sha256": digest, "size": size, "of": contents.files, "encrypted": manifest.encrypted},
        "database": {"sha256": manifest.sha256, "size": manifest.size},
        "settings": [name for name in SETTINGS if os.environ.get(name)],
        "origins": {name: getattr(settings, name) for name in ORIGINS},
        "keys": fingerprints(),
    }
    stores.keep_text(json.dumps(described, indent=2, sort_keys=True) + "\n", f"{manifest.name}.site")
    return described | {"name": manifest.name}


def fingerprints() -> dict[str, list[str]]:
    """Return what tells keys apart without saying them."""
    given = {name: getattr(settings, name) for name in KEYS}
    return {
        name: [
            hashlib.sha256(b"lucky11 key\0" + key.strip().encode()).hexdigest()[:16]
            for key in ([keys] if isinstance(keys, str) else keys)
        ]
        for name, keys in given.items()
    }


def describe(name: str) -> dict[str, Any]:
    """Return what a backup of the site says of itself. Raises OperationError if it is none, or damaged."""
    if f"{name}.site" not in stores.files():
        raise OperationError(
            f"{name} is not a backup of a whole site in {stores.location()}. Nothing was changed. "
            "manage.py db_restore restores a database alone."
        )
    with stores.opened(f"{name}.site") as file:
        try:
            found: dict[str, Any] = json.loads(file.read())
        except ValueError:
            found = {}
    manifest = stores.manifest(name)
    if found.get("format") != FORMAT or found["database"]["sha256"] != manifest.sha256:
        raise OperationError(f"The description of {name} is damaged. Nothing was changed. Use another.")
    return found


def missing_keys(described: dict[str, Any]) -> dict[str, list[str]]:
    """Return, for each setting that this machine lacks, sentences that say what lacks and what it means."""
    ours = fingerprints()
    found: dict[str, list[str]] = {}
    for name, keys in described["keys"].items():
        lacking = [f"the key with the fingerprint {key}" for key in keys if key not in ours[name]]
        found |= {name: lacking} if lacking else {}
    for name, value in described["origins"].items():
        found |= {name: [repr(value)]} if getattr(settings, name) != value else {}
    return {name: [f"{name}: {each}. {MEANING[name]}" for each in lacking] for name, lacking in found.items()}


def restore_files(name: str, say: Say) -> None:
    """Write the pictures and seals that are not here. Raises OperationError before anything is written."""
    described = describe(name)
    expected = described["files"]["of"]
    with _checked(name, described) as file:
        _refuse_others(file, described)
        file.seek(0)
        written = site_files.write(_plain(file, described), expected)
    say(f"{written} of {len(expected)} pictures and seals were written; the others were there.")


def check_files(name: str) -> None:
    """Read all of the backup's files once. Raises OperationError if one is damaged, or another is here."""
    described = describe(name)
    with _checked(name, described) as file:
        _refuse_others(file, described)


def _refuse_others(file: IO[bytes], described: dict[str, Any]) -> None:
    other = site_files.differing(_plain(file, described), described["files"]["of"])
    if other:
        raise OperationError(
            f"{len(other)} files are here already and differ, such as {other[0]}. Nothing was "
            "overwritten. Move them away, or name other storages."
        )


@contextmanager
def _checked(name: str, described: dict[str, Any]) -> Iterator[IO[bytes]]:
    """Yield a local copy of the archive whose size and hash are as described."""
    with tempfile.TemporaryFile() as copy, stores.opened(f"{name}.files") as file:
        digest = hashlib.sha256()
        while piece := file.read(site_files.PIECE):
            digest.update(piece)
            copy.write(piece)
        if (copy.tell(), digest.hexdigest()) != (described["files"]["size"], described["files"]["sha256"]):
            raise OperationError(
                f"{name}.files does not match its description: it was damaged or cut off. Nothing was "
                "changed. Use another backup."
            )
        copy.seek(0)
        yield copy


def _plain(file: IO[bytes], described: dict[str, Any]) -> Iterator[bytes]:
    if described["files"]["encrypted"]:
        yield from encryption.decrypted(file, settings.BACKUP_KEYS)
        return
    while piece := file.read(site_files.PIECE):
        yield piece
