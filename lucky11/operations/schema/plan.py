"""What a migration, or going back, would do, said before it is done."""

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

Step = tuple[Migration, bool]


def steps_to(targets: list[tuple[str, str | None]] | None = None) -> list[Step]:
    """The migrations to apply, or (True) take back, in order; without targets, all that are missing."""
    executor = MigrationExecutor(connection)
    steps: list[Step] = executor.migration_plan(targets or executor.loader.graph.leaf_nodes())
    return steps


def told(steps: list[Step]) -> str:
    """What the steps do, a line each."""
    return "\n".join(line for step in steps for line in _told(step))


def _told(step: Step) -> list[str]:
    migration, backwards = step
    operations = reversed(migration.operations) if backwards else migration.operations
    lead = "    take back: " if backwards else "    "
    return [f"{migration.app_label}.{migration.name}", *(f"{lead}{o.describe()}" for o in operations)]
