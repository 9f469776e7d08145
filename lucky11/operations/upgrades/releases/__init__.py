"""Each release's migrations, a JSON file a version: what was released is never edited, renamed or removed."""

import hashlib
import json
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

FOLDER = Path(__file__).parent
APPS = ("accounts", "ledger", "draws", "lucky11")

Key = tuple[str, str]


@dataclass(frozen=True)
class Release:
    """A version, and the SHA-256 of each of its migrations' files."""

    version: str
    migrations: dict[Key, str]


def releases() -> list[Release]:
    """Return every release, oldest first."""
    found = [read(path) for path in FOLDER.glob("*.json")]
    return sorted(found, key=lambda release: numbers(release.version))


def read(path: Path) -> Release:
    """Return the release that a file describes."""
    given = json.loads(path.read_text(encoding="utf-8"))
    hashes = {_key(name): digest for name, digest in given["migrations"].items()}
    return Release(path.stem, hashes)


def write(version: str) -> Path:
    """Write down the migrations that this code has as those of a release; return the file."""
    loader = MigrationLoader(None)
    found = {".".join(key): _digest(m) for key, m in sorted(loader.disk_migrations.items()) if key[0] in APPS}
    path = FOLDER / f"{version}.json"
    path.write_text(json.dumps({"migrations": found}, indent=2) + "\n", encoding="utf-8")
    return path


def problems(known: list[Release] | None = None, disk: dict[Key, Any] | None = None) -> Iterator[str]:
    """Return a sentence for each released migration that was edited, or that is gone without a squash."""
    migrations = MigrationLoader(None).disk_migrations if disk is None else disk
    squashed = {key for migration in migrations.values() for key in migration.replaces}
    for release in releases() if known is None else known:
        for key, digest in release.migrations.items():
            name = ".".join(key)
            if key not in migrations and key not in squashed:
                yield (
                    f"{name} was released with {release.version} and is gone: sites that applied it could "
                    "not migrate any more. Put it back under its name, or squash it with `replaces`."
                )
            elif key in migrations and _digest(migrations[key]) != digest:
                yield (
                    f"{name} was released with {release.version} and is not what it was: sites that applied "
                    "it would keep the older one. Put it back, and write a new migration."
                )


def of(applied: Collection[Key]) -> Release | None:
    """Return the newest release that has exactly these migrations of ours, or None."""
    ours = {key for key in applied if key[0] in APPS}
    return next((each for each in reversed(releases()) if each.migrations.keys() == ours), None)


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, to compare it with another one."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _key(name: str) -> Key:
    app, _, migration = name.partition(".")
    return app, migration


def _digest(migration: Migration) -> str:
    path = sys.modules[type(migration).__module__].__file__
    assert path
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
