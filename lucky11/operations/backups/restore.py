"""Restoring a backup beside the live database, which is not touched, and checking it there."""

import contextlib
import hashlib
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings

from common.progress import counted
from lucky11.operations import OperationError, database_server, postgres_programs
from lucky11.operations.backups import encryption, extensions, stores, verify
from lucky11.operations.backups.extensions import Say
from lucky11.operations.backups.manifests import Manifest

PIECE = 2**18


def restore_beside(name: str, into: str, say: Say, *, migrate: bool = False, grants: bool = True) -> Manifest:
    """Restore the backup into a new database and check it: hash, row counts, migrations, check_integrity.

    Raises OperationError if anything does not match; then the new database is dropped again.
    """
    manifest = stores.manifest(name)
    database_server.refuse_name(into)
    verify.refuse_another_version(manifest, migrate=migrate)
    with _checked(manifest) as dump:
        say(f"{name}: manifest and SHA-256 match ({manifest.size:,} bytes).")
        database_server.create(into)
        try:
            _load(manifest, dump, into, say, grants=grants)
            verify.refuse_missing_rows(into, manifest)
            say(f"{sum(manifest.rows.values()):,} rows of {len(manifest.rows)} tables are in {into}.")
            if migrate:
                verify.migrate(into)
            checks = verify.refuse_bad_books(into)
        except BaseException:
            database_server.drop(into)
            raise
    say(f"check_integrity is clean in {into}: {checks} checks.")
    _remember(into, name)
    return manifest


@contextlib.contextmanager
def _checked(manifest: Manifest) -> Iterator[IO[bytes]]:
    """Return a local copy of the dump whose size and hash match the manifest."""
    with tempfile.TemporaryFile() as copy:
        digest = hashlib.sha256()
        with stores.opened(manifest.file) as file:
            for piece in counted(_pieces(file), "Fetching", manifest.size):
                digest.update(piece)
                copy.write(piece)
        if (copy.tell(), digest.hexdigest()) != (manifest.size, manifest.sha256):
            raise OperationError(
                f"{manifest.file} does not match its manifest (SHA-256, {copy.tell():,} bytes of "
                f"{manifest.size:,}): it was damaged or cut off. Nothing was changed. Use another backup."
            )
        copy.seek(0)
        yield copy


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _load(manifest: Manifest, dump: IO[bytes], into: str, say: Say, *, grants: bool) -> None:
    """Feed the dump to pg_restore, decrypted on the way, so that its plain text never reaches a disk."""
    program = postgres_programs.find("pg_restore", max(database_server.version(), manifest.program))
    command: list[str | Path] = [
        program,
        "--exit-on-error",
        "--no-owner",
        "--no-password",
        f"--dbname={into}",
    ]
    command += [] if grants else ["--no-privileges"]
    # A superuser restores as the live database's owner, so that everything belongs to that one.
    owner = database_server.role_to_restore_as()
    command += [f"--role={owner}"] if owner else []
    with tempfile.NamedTemporaryFile("w") as list_file:
        kept = extensions.restorable(_contents(program, manifest, dump), into, say, owner)
        if kept is not None:
            list_file.write(kept)
            list_file.flush()
            command.append(f"--use-list={list_file.name}")
        _run(command, counted(_plain(manifest, dump), "Restoring", manifest.size), into)


def _plain(manifest: Manifest, dump: IO[bytes]) -> Iterable[bytes]:
    dump.seek(0)
    return encryption.decrypted(dump, settings.BACKUP_KEYS) if manifest.encrypted else _pieces(dump)


def _contents(program: Path, manifest: Manifest, dump: IO[bytes]) -> str:
    """Return the table of contents of the dump, as pg_restore lists it."""
    with tempfile.TemporaryFile() as listed, tempfile.TemporaryFile() as errors:
        started = subprocess.Popen([program, "--list"], stdin=subprocess.PIPE, stdout=listed, stderr=errors)
        with started as listing:
            _feed(listing, _plain(manifest, dump))
        for each in (listed, errors):
            each.seek(0)
        _refuse(listing.returncode, errors)
        return listed.read().decode()


def _refuse(returncode: int, errors: IO[bytes]) -> None:
    if returncode:
        why = errors.read().decode(errors="replace").strip()[-1500:]
        raise OperationError(f"pg_restore failed, and the new database was removed: {why}")


def _run(command: list[str | Path], stream: Iterable[bytes], into: str) -> None:
    with tempfile.TemporaryFile() as errors:
        started = subprocess.Popen(
            command,
            env=database_server.environment(into),
            stdin=subprocess.PIPE,
            stdout=errors,
            stderr=errors,
        )
        with started as restore:
            try:
                _feed(restore, stream)
            except BaseException:
                # Before its input ends, or it would accept half of a dump as complete.
                restore.kill()
                raise
        errors.seek(0)
        _refuse(restore.returncode, errors)


def _feed(restore: subprocess.Popen[bytes], stream: Iterable[bytes]) -> None:
    assert restore.stdin
    # If pg_restore ended before its input did, it says why itself.
    with contextlib.suppress(BrokenPipeError):
        for piece in stream:
            restore.stdin.write(piece)
    with contextlib.suppress(BrokenPipeError):
        restore.stdin.close()


def _remember(into: str, name: str) -> None:
    """Record on the database itself that it was checked, for a later swap."""
    now = datetime.now(UTC)
    database_server.comment(
        into, f"{database_server.RESTORED} from {name}, verified {now:%Y-%m-%d %H:%M:%S}Z"
    )


def restored_from(into: str) -> str | None:
    """Return the backup that a database was restored from and checked against, or None."""
    found = re.match(rf"{database_server.RESTORED} from (\S+), verified ", database_server.comment_of(into))
    return found[1] if found else None
