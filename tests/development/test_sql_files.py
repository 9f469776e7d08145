"""bin/check: what the database runs is in the files of SQL, and the migrations install just that."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from lucky11.development import check, sql_files
from lucky11.embedded.paths import ROOT
from tests.support.scratch import Environment, rows

pytestmark = [pytest.mark.owner, pytest.mark.django_db]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of `accounts`, copied, so that a test may spoil them."""
    config = apps.get_app_config("accounts")
    shutil.copytree(Path(config.path) / "sql", tmp_path / "sql")
    monkeypatch.setattr(config, "path", str(tmp_path))
    return tmp_path / "sql"


def test_the_files_and_a_migrated_database_are_the_same():
    assert list(sql_files.problems_of_files()) == []
    assert list(sql_files.problems_of_database(connection)) == []
    assert "lucky11.development.sql_files" in check.checks()["files of SQL"]


def test_the_database_is_as_it_was_after_the_check():
    before = sql_files.describe(connection)
    assert list(sql_files.problems_of_database(connection)) == []
    assert sql_files.describe(connection) == before


def test_an_edited_file_and_one_that_no_migration_installs_are_named(folder):
    with (folder / "refuse_change.sql").open("a") as file:
        file.write("-- edited\n")
    (folder / "greeting.sql").write_text("SELECT 1;\n\n-- undo\n\nSELECT 1;\n")
    edited, unknown = sql_files.problems_of_files()
    assert "refuse_change.sql is not version 1 of refuse_change as its migration names it" in edited
    assert unknown.endswith("greeting.sql is not installed by any migration.")


def test_a_version_that_is_the_newest_lies_in_no_history(folder):
    (folder / "history").mkdir()
    shutil.copy(folder / "refuse_change.sql", folder / "history" / "refuse_change.v1.sql")
    assert "Version 1 of refuse_change in accounts is the newest, but is in the history." in list(
        sql_files.problems_of_files()
    )


@pytest.mark.parametrize(
    ("statement", "part"),
    {
        "CREATE FUNCTION by_hand() RETURNS int LANGUAGE sql AS 'SELECT 1'": "function by_hand()",
        "CREATE VIEW seen_by_hand AS SELECT 1 AS one": "view seen_by_hand",
        "CREATE TRIGGER by_hand BEFORE UPDATE ON messages FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()": "trigger messages.by_hand",
    }.items(),
)
def test_what_the_database_runs_without_a_file_is_named(statement, part):
    with connection.cursor() as cursor:
        cursor.execute(statement)
    [problem] = sql_files.problems_of_database(connection)
    assert problem == f"{part}: no file of sql/ makes it, or the file that does never drops it."


def test_a_database_that_runs_something_else_than_the_files_say_is_named(folder):
    text = (folder / "play_breaks_triggers.sql").read_text()
    (folder / "play_breaks_triggers.sql").write_text(text.replace("UPDATE OR DELETE", "DELETE"))
    [problem] = sql_files.problems_of_database(connection)
    assert "CHANGED  trigger play_breaks.never_changed" in problem


def test_a_file_that_cannot_be_installed_is_named(folder):
    file = folder / "play_breaks_triggers.sql"
    file.write_text(file.read_text().replace("CREATE OR REPLACE TRIGGER", "CREATE A TRIGGER"))
    last = list(sql_files.problems_of_database(connection))[-1]
    assert "play_breaks_triggers.sql cannot be installed again: " in last


# -- makesql --


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The site's code, copied, so that a command may write into it."""
    for name in ("common", "accounts", "ledger", "draws", "lucky11"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def manage(code: Path, environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
    return subprocess.run(command, cwd=code, env=environment, capture_output=True, text=True, timeout=120)


ANSWER = "SELECT new_streak FROM next_streak(4, NULL, NULL, '2026-01-01')"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_new_version_is_begun_edited_installed_and_taken_back(code, site):
    current, old = code / "draws" / "sql" / "next_streak.sql", rows(site, ANSWER)
    text = current.read_text()
    last = max(path.stem for path in (code / "draws" / "migrations").glob("0*.py"))[:4]
    begun = manage(code, site, "makesql", "draws", "next_streak")
    assert begun.returncode == 0, begun.stderr
    assert f"{int(last) + 1:04}_next_streak_v2.py installs" in begun.stdout
    assert (code / "draws" / "sql" / "history" / "next_streak.v1.sql").read_text() == text
    current.write_text(text.replace("new_streak := 1;", "new_streak := 11;", 1))
    refused = manage(code, site, "migrate")
    assert refused.returncode == 1
    assert "next_streak.sql is not version 2 of next_streak as its migration names it" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert rows(site, ANSWER) == old == [(1,)]
    assert manage(code, site, "makesql", "draws", "next_streak", "--renew").returncode == 0
    assert manage(code, site, "migrate").returncode == 0
    assert rows(site, ANSWER) == [(11,)]
    assert manage(code, site, "migrate", "draws", last).returncode == 0
    assert rows(site, ANSWER) == old


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_first_version_needs_its_file_and_an_edited_one_begins_no_version(code, site):
    done = manage(code, site, "makesql", "ledger", "greeting")
    assert (done.returncode, "write it first" in done.stderr) == (1, True)
    file = code / "ledger" / "sql" / "greeting.sql"
    file.write_text("CREATE OR REPLACE VIEW greeting AS SELECT 1 AS one;\n\n-- undo\n\nDROP VIEW greeting;\n")
    done = manage(code, site, "makesql", "ledger", "greeting", "--renew")
    assert (done.returncode, "without --renew" in done.stderr) == (1, True)
    assert manage(code, site, "makesql", "ledger", "greeting").returncode == 0
    assert manage(code, site, "migrate").returncode == 0
    assert rows(site, "SELECT one FROM greeting") == [(1,)]
    file.write_text(file.read_text().replace("1 AS", "2 AS"))
    done = manage(code, site, "makesql", "ledger", "greeting")
    assert done.returncode == 1
    assert "greeting.sql is not version 1 of greeting as its migration names it" in done.stderr
    assert not (code / "ledger" / "sql" / "history").exists()
    done = manage(code, site, "makesql", "lottery", "greeting")
    assert (done.returncode, done.stderr) == (1, "SQLFileError: There is no app 'lottery'.\n")
