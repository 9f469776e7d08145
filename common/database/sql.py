"""SQL files: `<app>/sql/NAME.sql` is today's definition of what the database runs; migrations install it.

A file holds one function or procedure, one table's triggers, or one view. It is written so that it may be run
over its version before (CREATE OR REPLACE …), and after a line `-- undo` it drops what it made, a statement a
line. Versions before today's lie in `<app>/sql/history/NAME.vN.sql`. `manage.py makesql` starts a new one.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

UNDO = "\n-- undo\n"


class SQLFileError(CommandError):
    """A file of SQL is missing, or is not the one that a migration names; nothing was changed."""


@dataclass(frozen=True)
class Definition:
    """What a file makes, and the statements that drop it again."""

    do: str
    undo: list[str]

    @classmethod
    def parse(cls, text: str) -> "Definition":
        """Take a file's text apart at its line `-- undo`. Raises SQLFileError when it has none, or two."""
        parts = text.split(UNDO)
        if len(parts) != 2:
            raise SQLFileError("A file of SQL has one line `-- undo`, and drops after it what it made.")
        return cls(parts[0], [line for line in parts[1].splitlines() if line.strip()])

    def replacing(self, other: "Definition") -> list[str]:
        """Return the statements that turn `other` into this, which first drop what this no longer makes."""
        return [*(line for line in other.undo if line not in self.undo), self.do]


def current_file(app_label: str, name: str) -> Path:
    """Return the file of today's definition."""
    return Path(apps.get_app_config(app_label).path) / "sql" / f"{name}.sql"


def past_file(app_label: str, name: str, version: int) -> Path:
    """Return the file of a version that is no longer today's."""
    return current_file(app_label, name).parent / "history" / f"{name}.v{version}.sql"


def file_of(app_label: str, name: str, version: int) -> Path:
    """Return the file of a version: in the history or, while it is the newest, the current file."""
    past = past_file(app_label, name, version)
    return past if past.exists() else current_file(app_label, name)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


class InstallSQL(Operation):
    """Install a version of `<app>/sql/NAME.sql`; going backward installs the version before, or drops it.

    `sha256` is the digest of the whole file: a file that is not the one meant is refused.
    """

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, *, version: int, sha256: str) -> None:
        self.name = name
        self.version = version
        self.sha256 = sha256

    def read(self, app_label: str) -> Definition:
        """Return the definition to install. Raises SQLFileError when there is none, or it is another one."""
        path = file_of(app_label, self.name, self.version)
        if not path.exists():
            raise SQLFileError(f"There is no file {path}, which a migration of {app_label} installs.")
        if digest(path) != self.sha256:
            raise SQLFileError(
                f"{path} is not version {self.version} of {self.name} as its migration names it. Before "
                f"an edit, start a new version: manage.py makesql {app_label} {self.name}."
            )
        return Definition.parse(path.read_text(encoding="utf-8"))

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: models do not know what the database runs."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Install this version over the one before."""
        definition = self.read(app_label)
        before = self._before(app_label)
        self._run(schema_editor, definition.replacing(before) if before else [definition.do])

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Install the version before over this one, or drop what the first version made."""
        definition = self.read(app_label)
        before = self._before(app_label)
        self._run(schema_editor, before.replacing(definition) if before else definition.undo)

    def describe(self) -> str:
        """Describe what it does, for the plan of a migration."""
        return f"Install version {self.version} of {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        """The name of a migration that only installs this."""
        return f"{self.name}_v{self.version}"

    def _before(self, app_label: str) -> Definition | None:
        if self.version == 1:
            return None
        path = past_file(app_label, self.name, self.version - 1)
        if not path.exists():
            raise SQLFileError(f"There is no file {path}, the version before version {self.version}.")
        return Definition.parse(path.read_text(encoding="utf-8"))

    @staticmethod
    def _run(schema_editor: BaseDatabaseSchemaEditor, statements: list[str]) -> None:
        for statement in statements:
            # Without parameters, so that a percent sign stays one.
            schema_editor.execute(statement, params=None)


@dataclass(frozen=True)
class Installation:
    """A step of the migrations that installs a version of a file."""

    app_label: str
    migration: str
    operation: InstallSQL


def installations() -> list[Installation]:
    """Return every step of all migrations that installs a version of a file, in the order they run."""
    graph = MigrationLoader(None).graph
    plan = graph._generate_plan(graph.leaf_nodes(), at_end=True)
    return [
        Installation(app_label, name, operation)
        for app_label, name in plan
        for operation in graph.nodes[app_label, name].operations
        if isinstance(operation, InstallSQL)
    ]
