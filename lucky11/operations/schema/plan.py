"""Descriptions of what a migration or a rollback would do, before it is done."""

from collections.abc import Collection

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from lucky11.operations import OperationError

Step = tuple[Migration, bool]
# Every database made by the unreleased migrations before 1.0.0 has this one.
BEFORE_1_0_0 = ("accounts", "0002_cache")


def is_before_1_0_0(applied: Collection[tuple[str, str]]) -> bool:
    """Say whether these are migrations from before the first release, which this version does not have."""
    return BEFORE_1_0_0 in applied


def refuse_before_1_0_0(database: BaseDatabaseWrapper) -> None:
    """Raise OperationError for a database that migrations from before the first release made."""
    if is_before_1_0_0(MigrationRecorder(database).applied_migrations()):
        name = database.settings_dict["NAME"]
        raise OperationError(
            f"The database {name} was made before Lucky11 1.0.0, by migrations that were never released, so "
            "nothing was changed: keep it with the code that made it, or start again with manage.py "
            f"db_reset --i-mean {name}."
        )


def steps_to(targets: list[tuple[str, str | None]] | None = None) -> list[Step]:
    """Return the migrations to apply, or (True) roll back, in order; without targets, all pending ones.

    Raises OperationError for a database from before the first release.
    """
    refuse_before_1_0_0(connection)
    executor = MigrationExecutor(connection)
    steps: list[Step] = executor.migration_plan(targets or executor.loader.graph.leaf_nodes())
    return steps


def told(steps: list[Step]) -> str:
    """Describe what the steps do, one line each."""
    return "\n".join(line for step in steps for line in _told(step))


def _told(step: Step) -> list[str]:
    migration, backwards = step
    operations = reversed(migration.operations) if backwards else migration.operations
    lead = "    roll back: " if backwards else "    "
    return [f"{migration.app_label}.{migration.name}", *(f"{lead}{o.describe()}" for o in operations)]
