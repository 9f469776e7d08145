"""bin/check: the database runs exactly what the SQL files define."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import django
from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from common.database import sql
from lucky11 import embedded
from lucky11.operations.schema.catalogue import compare, describe

RUN_BY_THE_DATABASE = {"function", "trigger", "view", "materialized view", "event trigger"}


def problems_of_files() -> Iterator[str]:
    """Return a sentence for each file that differs from its migration, and for each without a migration."""
    versions: dict[tuple[str, str], list[int]] = {}
    named = set()
    for step in sql.installations():
        key, operation = (step.app_label, step.operation.name), step.operation
        versions.setdefault(key, []).append(operation.version)
        named.add(sql.file_of(*key, operation.version))
        try:
            operation.read(step.app_label)
        except sql.SQLFileError as error:
            yield str(error)
    for (app_label, name), numbers in versions.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"The versions of {name} in {app_label} are {numbers}, not 1 to {len(numbers)} in order."
        if sql.past_file(app_label, name, numbers[-1]).exists():
            yield f"Version {numbers[-1]} of {name} in {app_label} is the newest, but is in the history."
    yield from (f"{path} is not installed by any migration." for path in sorted(_files() - named))


def _files() -> set[Path]:
    folders = [Path(config.path) / "sql" for config in apps.get_app_configs()]
    return {path for folder in folders for path in folder.rglob("*.sql")}


def definitions() -> list[tuple[Path, sql.Definition]]:
    """Today's definitions, in the order in which the migrations install them."""
    # A new version may need what its first one did not, so the newest decides.
    names = dict.fromkeys((step.app_label, step.operation.name) for step in reversed(sql.installations()))
    paths = [sql.current_file(*name) for name in reversed(names)]
    return [(path, sql.Definition.parse(path.read_text(encoding="utf-8"))) for path in paths]


def problems_of_database(database: BaseDatabaseWrapper) -> Iterator[str]:
    """Return a sentence for each thing in a migrated database that the files do not make as it is.

    Drops what the files drop and installs them again, in a database transaction that is rolled back.
    """
    migrated = describe(database)
    with transaction.atomic(using=database.alias):
        try:
            yield from _dropped(database)
            _run_all(database, [(path, [definition.do]) for path, definition in definitions()])
            for difference in compare(describe(database), migrated):
                yield f"The migrations and the files of sql/ differ:\n{difference}"
        except sql.SQLFileError as error:
            yield str(error)
        transaction.set_rollback(True, using=database.alias)


def _dropped(database: BaseDatabaseWrapper) -> Iterator[str]:
    _run_all(database, [(path, definition.undo) for path, definition in reversed(definitions())])
    for part in sorted(describe(database)):
        if part.kind in RUN_BY_THE_DATABASE:
            yield f"{part}: no file of sql/ makes it, or the file that does never drops it."


def _run_all(database: BaseDatabaseWrapper, files: list[tuple[Path, Sequence[str]]]) -> None:
    """Run each file's statements. What needs what a later file makes, or drops what a later one uses, waits:
    a new version of a function comes later than the trigger that has called it since its first.
    """
    while files:
        waiting = []
        for path, statements in files:
            try:
                with transaction.atomic(using=database.alias), database.cursor() as cursor:
                    for statement in statements:
                        cursor.execute(statement)
            except DatabaseError as error:
                waiting.append((path, statements))
                refused = sql.SQLFileError(f"{path} cannot be installed again: {error}")
        if len(waiting) == len(files):
            raise refused
        files = waiting


def main() -> None:
    """Check the files, and a database made for it; exit with 1 and the problems if there are any."""
    os.environ |= {"DATABASE_URL": "embedded:", "REDIS_URL": "embedded:", "LUCKY11_DATA": ".data/check"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")
    with embedded.servers():
        django.setup()
        from lucky11.operations.schema.scratch import migrated_database

        found = list(problems_of_files())
        if not found:
            with migrated_database("sql") as database:
                found = list(problems_of_database(database))
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
