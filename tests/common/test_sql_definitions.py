"""What the database runs is installed from files: the version that a migration names, and no other text."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from common.database import sql
from common.database.sql import InstallSQL, SQLFileError

pytestmark = [pytest.mark.owner, pytest.mark.django_db]

ONE = """
CREATE OR REPLACE FUNCTION greeting_word() RETURNS text LANGUAGE sql AS $$ SELECT 'one' $$;
CREATE OR REPLACE FUNCTION greeting() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN greeting_word();
END $$;

-- undo

DROP FUNCTION greeting();
DROP FUNCTION greeting_word();
"""
TWO = """
CREATE OR REPLACE FUNCTION greeting() RETURNS text LANGUAGE sql AS $$ SELECT 'two, 100 %' $$;

-- undo

DROP FUNCTION greeting();
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app's folder of SQL whose first version of `greeting` is today's."""
    monkeypatch.setattr(apps.get_app_config("accounts"), "path", str(tmp_path))
    (tmp_path / "sql" / "history").mkdir(parents=True)
    (tmp_path / "sql" / "greeting.sql").write_text(ONE)
    return tmp_path / "sql"


@pytest.fixture
def first(folder: Path) -> InstallSQL:
    return InstallSQL("greeting", version=1, sha256=sql.digest(folder / "greeting.sql"))


def supersede(folder: Path) -> InstallSQL:
    """Make the first version history, and return the migration's step for the second."""
    (folder / "greeting.sql").rename(folder / "history" / "greeting.v1.sql")
    (folder / "greeting.sql").write_text(TWO)
    return InstallSQL("greeting", version=2, sha256=sql.digest(folder / "greeting.sql"))


def forward(step: InstallSQL) -> None:
    with connection.schema_editor(atomic=False) as editor:
        step.database_forwards("accounts", editor, None, None)


def backward(step: InstallSQL) -> None:
    with connection.schema_editor(atomic=False) as editor:
        step.database_backwards("accounts", editor, None, None)


def greeting() -> str | None:
    """What the installed function answers; None when there is none."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT greeting()")
            return str(cursor.fetchone()[0])
    except DatabaseError:
        return None


def functions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname::text FROM pg_proc WHERE proname LIKE 'greeting%' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def test_a_version_takes_the_place_of_the_one_before_and_going_backward_brings_that_back(folder, first):
    forward(first)
    assert (greeting(), functions()) == ("one", ["greeting", "greeting_word"])
    second = supersede(folder)
    forward(second)
    assert (greeting(), functions()) == ("two, 100 %", ["greeting"])
    backward(second)
    assert (greeting(), functions()) == ("one", ["greeting", "greeting_word"])
    backward(first)
    assert functions() == []


def test_rights_on_a_function_outlive_a_new_version(folder, first):
    forward(first)
    with connection.cursor() as cursor:
        cursor.execute("REVOKE EXECUTE ON FUNCTION greeting() FROM PUBLIC")
        forward(supersede(folder))
        cursor.execute("SELECT has_function_privilege('pg_monitor', 'greeting()', 'EXECUTE')")
        assert cursor.fetchone() == (False,)


def test_an_older_version_is_installed_from_its_history(folder, first):
    supersede(folder)
    forward(first)
    assert greeting() == "one"


def test_an_edited_file_is_refused_and_nothing_is_installed(folder, first):
    (folder / "greeting.sql").write_text(TWO)
    with pytest.raises(SQLFileError, match="is not version 1 of greeting as its migration names it"):
        forward(first)
    assert functions() == []


def test_a_file_that_is_not_there_or_cannot_be_taken_back_is_refused(folder, first):
    (folder / "greeting.sql").write_text(ONE.replace("-- undo", ""))
    bare = InstallSQL("greeting", version=1, sha256=sql.digest(folder / "greeting.sql"))
    with pytest.raises(SQLFileError, match="has one line `-- undo`"):
        forward(bare)
    (folder / "greeting.sql").unlink()
    with pytest.raises(SQLFileError, match=r"There is no file .*greeting\.sql"):
        forward(first)
    assert functions() == []


def test_the_plan_says_which_version_is_installed(first):
    assert first.describe() == "Install version 1 of greeting"
    assert first.migration_name_fragment == "greeting_v1"


# -- refuse_change: what all triggers answer that only refuse --

REFUSALS = {
    "()": ("Rows of notes are never changed or removed. Post a new row instead.", "L11AO"),
    "('Rows of % stay.')": ("Rows of notes stay.", "L11AO"),
    "('Note % stays.', 'L11GD', 'id')": ("Note 7 stays.", "L11GD"),
}


@pytest.mark.parametrize("arguments", REFUSALS)
@pytest.mark.parametrize(
    "statement", ["INSERT INTO notes VALUES (7)", "UPDATE notes SET id = 8", "DELETE FROM notes"]
)
def test_a_refusing_trigger_says_its_own_sentence_under_its_own_code(statement, arguments):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE notes AS SELECT 7 AS id")
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON notes "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_change{arguments}"
        )
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(statement)
    cause = refused.value.__cause__
    assert (cause.diag.message_primary, cause.sqlstate) == REFUSALS[arguments]


def test_a_table_is_not_emptied_and_is_named(db):
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="Rows of play_breaks are never"):
        cursor.execute("TRUNCATE play_breaks")
