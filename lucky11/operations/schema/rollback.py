"""Rolling back to an earlier migration: show first what is lost, and refuse what cannot be rolled back."""

from collections.abc import Collection

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.exceptions import AmbiguityError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.fields import AddField
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState
from psycopg import sql

from lucky11.operations import OperationError
from lucky11.operations.schema import plan as planning


def plan(app: str, name: str) -> list[planning.Step]:
    """Return the migrations to roll back so that `name` (or `zero`) is the app's newest, newest first.

    Raises OperationError if there is no such migration, it is not applied, or one cannot be rolled back.
    """
    steps = planning.steps_to([_target(app, name)])
    forward = [migration for migration, backwards in steps if not backwards]
    if forward:
        raise OperationError(f"{app} {name} is not applied, so you cannot roll back to it.")
    refuse_irreversible(steps)
    return steps


def refuse_irreversible(steps: list[planning.Step]) -> None:
    """Raise OperationError if one of the migrations has a part that cannot be rolled back."""
    stuck = [f"{m.app_label}.{m.name}" for m, _ in steps if not all(o.reversible for o in m.operations)]
    if stuck:
        raise OperationError(
            f"{', '.join(stuck)} cannot be rolled back. Nothing was changed. Restore the backup that was "
            "taken before it, and swap it in: manage.py db_restore BACKUP --into NAME --swap."
        )


def _target(app: str, name: str) -> tuple[str, str | None]:
    executor = MigrationExecutor(connection)
    if app not in executor.loader.migrated_apps:
        raise OperationError(f"There is no app {app!r} with migrations. Nothing was changed.")
    if name == "zero":
        return app, None
    try:
        return app, executor.loader.get_migration_by_prefix(app, name).name
    except AmbiguityError:
        raise OperationError(f"More than one migration of {app} begins with {name}.") from None
    except KeyError:
        raise OperationError(f"{app} has no migration {name!r}. Nothing was changed.") from None


def targets_of(
    before: Collection[tuple[str, str]], loader: MigrationLoader | None = None
) -> list[tuple[str, str | None]]:
    """Return the targets for `migrate`, one for each app that has more than these migrations applied.

    A squashed migration stands for those that it replaces. The loader is the live database's by default.
    """
    loader = loader or MigrationLoader(connection)
    kept = set(before) | {k for k, m in loader.replacements.items() if set(m.replaces) <= set(before)}
    apps = sorted({app for app, name in loader.applied_migrations or () if (app, name) not in kept})
    return [(app, _newest_of(app, kept, loader.graph)) for app in apps]


def _newest_of(app: str, kept: set[tuple[str, str]], graph: MigrationGraph) -> str | None:
    ours = [key for key in graph.nodes if key[0] == app and key in kept]
    ends = [key for key in ours if not any(child.key in ours for child in graph.node_map[key].children)]
    return ends[0][1] if ends else None


def losses(steps: list[planning.Step]) -> list[str]:
    """Return what is lost with the tables and columns that are rolled back, in words."""
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state()
    return [words for migration, _ in steps for words in _losses(migration, state)]


def _losses(migration: Migration, state: ProjectState) -> list[str]:
    said = []
    for operation in reversed(migration.operations):
        named = operation.name if isinstance(operation, CreateModel) else getattr(operation, "model_name", "")
        model = state.models.get((migration.app_label, named.lower()))
        table = (model and model.options.get("db_table")) or f"{migration.app_label}_{named}".lower()
        if isinstance(operation, CreateModel):
            said.append(f"table {table} with its {_count(table):,} rows")
        elif isinstance(operation, AddField):
            said.append(f"column {table}.{operation.name}")
    return said


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return 0
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        return int(cursor.fetchone()[0])
