"""Taking a backup: pg_dump's custom format and a manifest of the same snapshot, complete or not at all."""

import errno
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from common.progress import counted
from lucky11 import __version__
from lucky11.operations import OperationError, database_server, postgres_programs
from lucky11.operations.backups import encryption, stores
from lucky11.operations.backups.manifests import FORMAT, Manifest

EVERY = timedelta(hours=24)
LOCK_WAIT_MS = 60_000
PIECE = 2**18
TABLES = """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
              AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.deptype = 'e' AND e.objid = c.oid
                              AND e.classid = 'pg_class'::regclass)
            ORDER BY 1, 2"""


@dataclass(frozen=True)
class Snapshot:
    """The contents of a snapshot of the database; pg_dump reads the same one while `name` is held."""

    name: str
    taken_at: datetime
    postgres: int
    size: int
    migrations: dict[str, list[str]]
    rows: dict[str, int]


def back_up(*, reason: str, keep: int | None = None) -> Manifest:
    """Back up the database, then remove the backups beyond the newest `keep` (by default BACKUP_KEEP).

    Raises OperationError if it could not be written in full and flushed; then there is no new backup, and the
    earlier ones are unchanged.
    """
    with try_advisory_lock(AdvisoryLock.BACKUP) as free:
        if not free:
            raise OperationError(
                "Another backup is running. Wait until it has finished (manage.py db_backups)."
            )
        try:
            stores.clear_unfinished()
            manifest = _take(reason)
        except OSError as error:
            raise _refusal(error) from error
        retire(settings.BACKUP_KEEP if keep is None else keep)
        return manifest


def is_due() -> bool:
    """Say whether the newest backup is older than a day, or there is none.

    One from the future was made by a clock that was wrong: waiting for its day could take years.
    """
    newest = next(iter(stores.names()), None)
    with database_server.connect() as database:
        now = database.execute("SELECT clock_timestamp()").fetchone()[0]  # type: ignore[index]
    return newest is None or not timedelta(0) <= now - stores.manifest(newest).taken < EVERY


def retire(keep: int) -> list[str]:
    """Remove all but the newest `keep` backups and the newest verified one; return the removed names."""
    if keep < 1:
        raise OperationError("Keep at least one backup. Nothing was removed.")
    names, proven = stores.names(), stores.verified()
    safe = set(names[:keep]) | {name for name in names if name in proven and name == _newest(names, proven)}
    gone = [name for name in names if name not in safe]
    for name in gone:
        stores.remove(name)
    return gone


def _newest(names: list[str], proven: set[str]) -> str | None:
    return next((name for name in names if name in proven), None)


def _take(reason: str) -> Manifest:
    with database_server.connect() as database:
        snapshot = _snapshot(database)
        program = postgres_programs.find("pg_dump", snapshot.postgres)
        name = f"lucky11-{snapshot.taken_at:%Y%m%d-%H%M%S-%f}"
        with stores.new_part(f"{name}.dump") as part:
            digest, size = write(counted(_dumped(program, snapshot), "Backing up"), part)
            stores.keep(part, f"{name}.dump")
    manifest = Manifest(
        format=FORMAT,
        name=name,
        reason=reason,
        taken_at=snapshot.taken_at.isoformat(),
        app=__version__,
        postgres=snapshot.postgres,
        program=postgres_programs.version(program),
        database=database_server.live(),
        migrations=snapshot.migrations,
        rows=snapshot.rows,
        file=f"{name}.dump",
        size=size,
        sha256=digest,
        encrypted=bool(settings.BACKUP_KEYS),
    )
    stores.keep_text(manifest.text(), f"{name}.json")
    return manifest


def _snapshot(database: psycopg.Connection) -> Snapshot:
    database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    # A role that sees only some rows must fail, not make a smaller backup that looks complete.
    database.execute("SET LOCAL row_security = off")
    found = database.execute(
        "SELECT pg_export_snapshot(), clock_timestamp(), pg_database_size(current_database())"
    )
    name, taken_at, size = found.fetchone() or ()
    return Snapshot(
        name=name,
        taken_at=taken_at.astimezone(UTC),
        postgres=database.info.server_version // 10_000,
        size=size,
        migrations=applied_migrations(database),
        rows=count_rows(database),
    )


def count_rows(database: psycopg.Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    counts = {}
    for schema, table in database.execute(TABLES).fetchall():
        words = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        counts[table if schema == "public" else f"{schema}.{table}"] = database.execute(words).fetchone()[0]  # type: ignore[index]
    return counts


def applied_migrations(database: psycopg.Connection) -> dict[str, list[str]]:
    """Return the names of the applied migrations, by app."""
    done: dict[str, list[str]] = {}
    if database.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,):
        return done
    for app, name in database.execute("SELECT app, name FROM django_migrations ORDER BY app, name"):
        done.setdefault(app, []).append(name)
    return done


def _dumped(program: Path, snapshot: Snapshot) -> Iterator[bytes]:
    """Yield the output of pg_dump. Raises OperationError if it fails, even after its last byte."""
    command: list[str | Path] = [program, "--format=custom", f"--snapshot={snapshot.name}", "--no-password"]
    command += [f"--lock-wait-timeout={LOCK_WAIT_MS}"]
    with tempfile.TemporaryFile() as errors:
        started = subprocess.Popen(
            command, env=database_server.environment(), stdout=subprocess.PIPE, stderr=errors
        )
        with started as dump:
            assert dump.stdout
            try:
                while piece := dump.stdout.read(PIECE):
                    yield piece
            except BaseException:
                dump.kill()
                raise
        if dump.returncode:
            errors.seek(0)
            raise OperationError(
                f"pg_dump failed, so there is no new backup: {errors.read().decode(errors='replace').strip()}"
            )


def write(stream: Iterable[bytes], part: Path) -> tuple[str, int]:
    """Write a part of a backup, encrypted if there is a key, and flush it.

    Return its SHA-256 and its size in bytes as stored. Raises OSError if it cannot be written.
    """
    keys: list[str] = settings.BACKUP_KEYS
    digest, size = hashlib.sha256(), 0
    with open(part, "wb") as file:
        for piece in encryption.encrypted(stream, keys[0]) if keys else stream:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def _refusal(error: OSError) -> OperationError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    where = stores.location()
    why = f"the disk of {where} is full" if full else f"{where} cannot be written to: {error}"
    return OperationError(
        f"There is no new backup: {why}. Earlier backups are unchanged. Free some space, or lower --keep."
    )
