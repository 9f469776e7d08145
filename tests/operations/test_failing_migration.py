"""A migration that fails in the middle is named, with its statement, what it left, and what to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scratch import Environment, connect, manage, rows, run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SETTINGS = """
from lucky11.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "planted"]
"""
MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = {dependencies}
    operations = {operations}
"""
FIRST = '[migrations.RunSQL("CREATE TABLE planted_first ()", "DROP TABLE planted_first")]'
MIDDLE = """[
        migrations.RunSQL("CREATE TABLE planted_middle ()", "DROP TABLE planted_middle"),
        migrations.RunSQL("INSERT INTO planted_absent SELECT 7", "SELECT 1"),
    ]"""
LAST = '[migrations.RunSQL("CREATE TABLE planted_last ()", "DROP TABLE planted_last")]'
RAISING = "[migrations.RunPython(lambda apps, editor: {}[7], lambda apps, editor: None)]"
TABLES = "SELECT tablename::text FROM pg_tables WHERE tablename LIKE 'planted%' ORDER BY 1"


def planted(site: Environment, folder: Path, middle: str, *, atomic: bool = True) -> Environment:
    """The site with an app of three migrations, of which the second one is given."""
    migrations = folder / "planted" / "migrations"
    migrations.mkdir(parents=True)
    for package in (migrations.parent, migrations):
        (package / "__init__.py").touch()
    (folder / "planted_settings.py").write_text(SETTINGS)
    before: list[tuple[str, str]] = []
    for name, operations in {"0001_first": FIRST, "0002_middle": middle, "0003_last": LAST}.items():
        text = MIGRATION.format(atomic=atomic, dependencies=before, operations=operations)
        (migrations / f"{name}.py").write_text(text)
        before = [("planted", name)]
    return site | {"DJANGO_SETTINGS_MODULE": "planted_settings", "PYTHONPATH": str(folder)}


def mend(site: Environment) -> None:
    """Make the table that the second migration writes to."""
    with connect(site) as database:
        database.execute(b"CREATE TABLE planted_absent (number int)")


def failure(environment: Environment, *arguments: str) -> str:
    done = run(environment, "migrate", "--verbosity", "0", *arguments)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_names_the_migration_the_statement_and_both_ways_out(site, tmp_path):
    environment = planted(site, tmp_path, MIDDLE)
    said = failure(environment)
    for words in (
        'relation "planted_absent" does not exist',
        "The migration planted.0002_middle failed at this statement: INSERT INTO planted_absent SELECT 7. ",
        "All of it was rolled back. Applied before it: planted.0001_first. "
        "Not applied: planted.0002_middle, planted.0003_last. ",
        "run the same command again: it goes on with planted.0002_middle. ",
        "manage.py db_rollback planted zero.",
    ):
        assert words in said, said
    assert rows(site, TABLES) == [("planted_first",)]
    assert rows(site, "SELECT ok FROM operation_runs WHERE kind = 'migrate' ORDER BY id DESC LIMIT 1") == [
        (False,)
    ]
    mend(site)
    manage(environment, "migrate", "--verbosity", "0")
    assert [name for (name,) in rows(site, TABLES)] == [
        f"planted_{each}" for each in ("absent", "first", "last", "middle")
    ]


def test_one_that_is_no_transaction_says_that_its_beginning_stays(site, tmp_path):
    said = failure(planted(site, tmp_path, MIDDLE, atomic=False))
    assert "It is not one database transaction, so what it had done before that statement stays." in said
    assert rows(site, TABLES) == [("planted_first",), ("planted_middle",)]


@pytest.mark.nightly
def test_one_that_fails_in_its_python_code_is_named_too(site, tmp_path):
    said = failure(planted(site, tmp_path, RAISING))
    assert "KeyError: 7. The migration planted.0002_middle failed in its Python code or at its end." in said
    assert rows(site, TABLES) == [("planted_first",)]


@pytest.mark.nightly
def test_one_that_fails_on_the_way_back_says_what_is_still_applied(site, tmp_path):
    environment = planted(site, tmp_path, MIDDLE.replace('"SELECT 1"', '"DROP TABLE planted_gone"'))
    mend(site)
    manage(environment, "migrate", "--verbosity", "0")
    said = failure(environment, "planted", "zero")
    assert "planted.0002_middle failed at this statement: DROP TABLE planted_gone. " in said
    assert (
        "Taken back before it: planted.0003_last. Not taken back: planted.0002_middle, planted.0001" in said
    )
