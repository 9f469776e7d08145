"""What must hold before an upgrade begins: then it changes nothing that it cannot put back."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from lucky11 import __version__
from lucky11.operations import OperationError
from lucky11.operations.schema import plan, rollback, scratch
from lucky11.operations.schema.catalogue import Difference
from lucky11.operations.schema.drift import drift_from
from lucky11.operations.upgrades import releases

Key = tuple[str, str]

SHOWN = 5
STATIC_BYTES = 100_000_000


def refuse_without_site() -> None:
    """Raise OperationError if the database has no tables of a site."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NULL")
        if not cursor.fetchone()[0]:
            return
    raise OperationError(
        f"The database {connection.settings_dict['NAME']} has no site in it, so there is nothing to "
        "upgrade. For a new site: manage.py migrate."
    )


def applied() -> set[Key]:
    """Return the migrations that the database has."""
    return set(MigrationRecorder(connection).applied_migrations())


def refuse_unknown(before: set[Key], *, unreleased: bool) -> str:
    """Return the release that the database is of. Raises OperationError unless this code can upgrade it."""
    plan.refuse_before_1_0_0(connection)
    loader = MigrationExecutor(connection).loader
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    newer = sorted(".".join(key) for key in before - loader.disk_migrations.keys() - replaced)
    if newer:
        raise OperationError(
            f"The database has migrations that Lucky11 {__version__} does not have ({newer[0]}), so it is of "
            "a newer version. Nothing was changed. Use that version's code, or restore an older backup."
        )
    release = releases.of(before)
    if release is None and plan.steps_to() and not unreleased:
        known = ", ".join(release.version for release in releases.releases())
        raise OperationError(
            f"The database is not in the state of a release ({known}): a migration was interrupted, or it "
            "was made by code between two releases. Nothing was changed. Finish with that code's manage.py "
            "migrate, or accept it: --unreleased."
        )
    return release.version if release else "an unreleased version"


def drift(before: set[Key]) -> list[Difference]:
    """Compare the database with one that was migrated as far: forward with this code, and back.

    So each pending migration has gone both ways once before the site's own database sees it.
    """
    with scratch.migrated_database("upgrade") as database:
        executor = MigrationExecutor(database)
        for app, name in rollback.targets_of(before, executor.loader):
            target = [app, name or "zero"]
            call_command("migrate", *target, database=database.alias, verbosity=0, interactive=False)
        return drift_from(database)[0]


def refuse_drift(before: set[Key]) -> None:
    """Raise OperationError if the database differs from what its migrations make."""
    found = drift(before)
    if found:
        lines = "\n".join(str(each) for each in found[:SHOWN])
        raise OperationError(
            f"The database differs from what its migrations make, in {len(found)} parts, so nothing was "
            f"changed. Put them right, or accept them with --despite-drift. The first:\n{lines}"
        )


def refuse_full_disks() -> None:
    """Raise OperationError if a backup as large as the database, or the static files, may not fit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = int(cursor.fetchone()[0])
    needs = {Path(settings.STATIC_ROOT): STATIC_BYTES}
    backups = storages["backups"]
    if isinstance(backups, FileSystemStorage):
        needs[Path(backups.location)] = size
    for folder, bytes_needed in needs.items():
        there = next(each for each in (folder, *folder.parents) if each.exists())
        free = shutil.disk_usage(there).free
        if free < bytes_needed:
            raise OperationError(
                f"{folder} has {free // 1_000_000:,} MB left, and the upgrade may need "
                f"{bytes_needed // 1_000_000:,} MB there. Nothing was changed. Free some space."
            )


def refuse_ailing_setup() -> None:
    """Raise OperationError if the doctor, run with the site's own variables, names a problem."""
    # The first file names the owner; the others are the site's.
    files = os.environ.get("LUCKY11_ENV_FILE", "").split(":")
    environment = dict(os.environ)
    if len(files) > 1:
        environment["LUCKY11_ENV_FILE"] = ":".join(files[1:])
        environment.pop("DATABASE_URL", None)
    command = [sys.executable, "manage.py", "doctor", "--before", "upgrade"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise OperationError(
            f"The doctor names a problem, so nothing was changed:\n{done.stdout}{done.stderr[-1500:]}"
        )
