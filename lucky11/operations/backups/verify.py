"""Checking a database restored beside the live one, and the backup it came from."""

import json

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from lucky11.operations import OperationError, database_server
from lucky11.operations.backups.create import count_rows
from lucky11.operations.backups.manifests import Manifest
from lucky11.operations.schema import plan


def refuse_another_version(manifest: Manifest, *, migrate: bool) -> None:
    """Raise OperationError unless this server and this version of the site can use the backup.

    A backup with fewer migrations than this version is accepted if it will be migrated afterwards.
    """
    ours = database_server.version()
    if manifest.postgres > ours:
        raise OperationError(
            f"The backup is from PostgreSQL {manifest.postgres}; this server is {ours}. Nothing was changed. "
            f"Restore it into a server of version {manifest.postgres} or newer."
        )
    if plan.is_before_1_0_0({(app, name) for app, names in manifest.migrations.items() for name in names}):
        raise OperationError(
            f"The backup was taken before Lucky11 1.0.0, with migrations that no release has, so nothing was "
            f"changed: restore it with the code that took it ({manifest.app})."
        )
    known = {f"{app} {name}" for app, name in MigrationLoader(connection).disk_migrations}
    inside = {f"{app} {name}" for app, names in manifest.migrations.items() for name in names}
    if inside - known:
        raise OperationError(
            f"The backup has migrations that this version does not have ({_some(inside - known)}): it was "
            f"taken by Lucky11 {manifest.app}. Nothing was changed. Restore it with that version's code."
        )
    if known - inside and not migrate:
        raise OperationError(
            f"The backup is from an older version ({manifest.app}): it lacks {_some(known - inside)}. "
            "Nothing was changed. Restore it with --migrate, which migrates the copy, or with that "
            "version's code."
        )


def refuse_missing_rows(name: str, manifest: Manifest) -> None:
    """Raise OperationError unless each table of the restored database has the rows the manifest counted."""
    with database_server.connect(name) as database:
        found = count_rows(database)
    wrong = {table: n for table, n in manifest.rows.items() if found.get(table) != n}
    if wrong or found.keys() != manifest.rows.keys():
        told = [f"{table} has {found.get(table)} rows of {n}" for table, n in wrong.items()]
        told += [f"{table} is not in the backup" for table in found.keys() - manifest.rows.keys()]
        raise OperationError(f"The restored data does not match the backup: {', '.join(told[:5])}.")


def migrate(name: str) -> None:
    """Bring the restored database to this version's migrations."""
    done = database_server.manage(name, "migrate", "--no-input", "--verbosity", "0")
    if done.returncode:
        raise OperationError(f"The restored database could not be migrated: {done.stderr.strip()[-1500:]}")


def refuse_bad_books(name: str) -> int:
    """Return how many integrity checks the restored database passed. Raises OperationError if one fails."""
    done = database_server.manage(name, "check_integrity", "--json")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise OperationError(
            f"check_integrity could not run in the restored database: {done.stderr.strip()[-1500:]}"
        ) from None
    if not answer["clean"]:
        first = answer["defects"][0]
        raise OperationError(
            f"The restored database does not pass check_integrity: {first['check']}: {first['rule']} "
            f"First bad row: {json.dumps(first['row'])}."
        )
    return len(answer["checks"])


def _some(names: set[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
