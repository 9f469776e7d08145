"""Lint every migration for long table locks, rewrites, and changes that break the code running beside it.

Two linters read the SQL that each migration would run: django-migration-linter checks whether the release
before still works, and squawk checks PostgreSQL's side. A released migration must be as it was released.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from lucky11 import embedded
from lucky11.operations.upgrades import releases

SQUAWK = Path(sys.executable).parent / "squawk"
APPS = ("accounts", "ledger", "draws", "lucky11")
POSTGRESQL = "15.0"

EXCLUDED = {
    "squawk: require-lock-timeout": "`manage.py migrate` sets it for every migration.",
    "squawk: require-statement-timeout": "`manage.py migrate` sets it for every migration.",
    "squawk: prefer-robust-stmts": "`manage.py migrate` first removes the leftovers of an interrupted index.",
    "squawk: prefer-bigint-over-int": "The migration guide's INTEGER; a rule keeps coins within it.",
    "squawk: prefer-bigint-over-smallint": "Codes of a fixed list.",
    "squawk: prefer-text-field": "The migration guide's VARCHAR, and Django's cache table.",
}
# Existing migrations that would not pass today: the rules they break, and why that does no harm.
ACCEPTED: dict[str, tuple[set[str], str]] = {
    "accounts.0001_initial": (
        {"linter: CREATE_INDEX", "linter: DROP_TABLE", "linter: NOT_NULL"},
        "Of tables that it makes, the cache's among them; going backward drops that one.",
    ),
    "accounts.0018_account_emailaddress_mailboxes_v1": (
        {"linter: CREATE_INDEX", "squawk: require-concurrent-index-creation"},
        "The index is there: an earlier migration has made it concurrently.",
    ),
    "accounts.0020_covers_results_from": (
        {"squawk: adding-field-with-default"},
        "now() is the same for all rows: PostgreSQL keeps it once and rewrites none.",
    ),
    "accounts.0023_address_parts": (
        {"linter: CREATE_INDEX", "squawk: require-concurrent-index-creation"},
        "The indexes are there: the operations before have made them concurrently.",
    ),
    "draws.0001_initial": ({"linter: CREATE_INDEX"}, "Indexes of tables that it makes."),
    "draws.0008_disqualifications": ({"linter: CREATE_INDEX"}, "Indexes of a table that it makes."),
    "draws.0015_log_watch": (
        {"squawk: ban-drop-not-null", "squawk: constraint-missing-not-valid"},
        "The release before writes both secrets; a table of a few rows a draw is checked at once.",
    ),
    "ledger.0001_initial": ({"linter: CREATE_INDEX"}, "Indexes of tables that it makes."),
}


def findings(migration: Migration, sql: str) -> set[str]:
    """Return the rules that a migration breaks, each as `linter: rule`, without those in EXCLUDED."""
    found = {*_of_linter(migration, sql), *_of_squawk(sql, atomic=migration.atomic)}
    return found - set(EXCLUDED)


def _of_linter(migration: Migration, sql: str) -> Iterator[str]:
    from django_migration_linter.migration_linter import MigrationLinter
    from django_migration_linter.sql_analyser.analyser import analyse_sql_statements

    linter = MigrationLinter(no_output=True, no_cache=True)
    errors, _, warnings = analyse_sql_statements(linter.sql_analyser_class, sql.splitlines(), [])
    data_errors, _, data_warnings = linter.analyse_data_migration(migration)
    for issue in [*errors, *warnings, *data_errors, *data_warnings]:
        yield f"linter: {issue.code}"


def _of_squawk(sql: str, *, atomic: bool) -> Iterator[str]:
    command = [str(SQUAWK), "--reporter", "json", "--pg-version", POSTGRESQL]
    if atomic:
        command.append("--assume-in-transaction")
    done = subprocess.run(command, input=sql, capture_output=True, text=True)
    for found in json.loads(done.stdout or "[]"):
        yield f"squawk: {found['rule_name']}"


def migrations() -> Iterator[tuple[str, Migration, str]]:
    """Yield each migration of the project by name, with its SQL."""
    loader = MigrationLoader(None)
    for key in sorted(loader.graph.nodes):
        if key[0] not in APPS:
            continue
        migration = loader.graph.nodes[key]
        state = loader.project_state(key, at_end=False)
        # Not atomic: that would open a connection, although nothing is run.
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            migration.apply(state, editor, collect_sql=True)
        yield ".".join(key), migration, "\n".join(editor.collected_sql)


def problems() -> Iterator[str]:
    """Return a sentence for each broken rule that is not accepted, unused acceptance and changed release."""
    seen = set()
    for name, migration, sql in migrations():
        seen.add(name)
        found, accepted = findings(migration, sql), ACCEPTED.get(name, (set(), ""))[0]
        for rule in sorted(found - accepted):
            yield f"{name} breaks {rule}."
        for rule in sorted(accepted - found):
            yield f"{name} no longer breaks {rule}: remove it from ACCEPTED."
    for name in sorted(set(ACCEPTED) - seen):
        yield f"{name} is in ACCEPTED but is not a migration."
    yield from releases.problems()


def main() -> None:
    """Lint all migrations; exit with 1 and the broken rules if there are any."""
    os.environ |= {"DATABASE_URL": "embedded:", "REDIS_URL": "embedded:", "LUCKY11_DATA": ".data/check"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")
    with embedded.servers():
        django.setup()
        found = list(problems())
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
