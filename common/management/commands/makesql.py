"""Start a new version of a file of SQL: today's text goes into its history, and a migration is written."""

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db.migrations.loader import MigrationLoader

from common.database import sql

MIGRATION = """from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [{dependencies}]
    operations = [
        InstallSQL(
            "{name}",
            version={version},
            sha256="{sha256}",
        )
    ]
"""


class Command(BaseCommand):
    roles: tuple[str, ...] = ()
    # It writes files, also while something else is unfinished.
    requires_system_checks: tuple[str, ...] = ()
    help = (
        "Before you edit APP/sql/NAME.sql: keep its text as APP/sql/history/NAME.vN.sql and write the "
        "migration that installs the next version. Then, with --renew: name the edited file's hash in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app")
        parser.add_argument("name", help="the file's name, without .sql")
        parser.add_argument(
            "--renew",
            action="store_true",
            help="name the file's hash as it is now; only while its newest migration is in no release",
        )

    def handle(self, *, app: str, name: str, renew: bool, **options: Any) -> None:
        path = sql.current_file(_known(app), name)
        if not path.exists():
            raise sql.SQLFileError(f"There is no file {path}: write it first, then its migration.")
        sql.Definition.parse(path.read_text(encoding="utf-8"))
        steps = [step for step in sql.installations() if (step.app_label, step.operation.name) == (app, name)]
        newest = steps[-1] if steps else None
        if renew:
            self.stdout.write(f"{_renew(path, newest)} names the file as it is now.")
        else:
            self.stdout.write(f"{_begin(app, path, newest)} installs {path}: edit it, then --renew.")


def _known(app: str) -> str:
    if app not in {config.label for config in apps.get_app_configs()}:
        raise sql.SQLFileError(f"There is no app {app!r}.")
    return app


def _begin(app: str, path: Path, newest: sql.Installation | None) -> Path:
    """Keep the text that the newest migration installs, and write the next migration."""
    version = 1
    if newest:
        newest.operation.read(app)
        version = newest.operation.version + 1
        past = sql.past_file(app, path.stem, version - 1)
        past.parent.mkdir(exist_ok=True)
        past.write_bytes(path.read_bytes())
    loader = MigrationLoader(None)
    leaves = loader.graph.leaf_nodes(app)
    number = max((int(name[:4]) for label, name in loader.disk_migrations if label == app), default=0) + 1
    file = _folder(app) / f"{number:04}_{path.stem}_v{version}.py"
    dependencies = ", ".join(f'("{label}", "{name}")' for label, name in leaves)
    values = {"dependencies": dependencies, "version": version, "sha256": sql.digest(path)}
    file.write_text(MIGRATION.format(name=path.stem, **values), encoding="utf-8")
    return file


def _renew(path: Path, newest: sql.Installation | None) -> Path:
    """Write the file's hash into the newest migration that installs it."""
    if newest is None:
        raise sql.SQLFileError(f"No migration installs {path}: write one without --renew.")
    file = _folder(newest.app_label) / f"{newest.migration}.py"
    named = rf'("{path.stem}",\s*version={newest.operation.version},\s*sha256=")[0-9a-f]{{64}}'
    text, found = re.subn(named, rf"\g<1>{sql.digest(path)}", file.read_text(encoding="utf-8"))
    if found != 1:
        raise sql.SQLFileError(
            f"{file} does not name version {newest.operation.version} of {path.stem} once."
        )
    file.write_text(text, encoding="utf-8")
    return file


def _folder(app: str) -> Path:
    return Path(apps.get_app_config(app).path) / "migrations"
