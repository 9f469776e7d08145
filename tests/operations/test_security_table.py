"""docs/security.md says what each role may do to each table, and the database does just that."""

import re
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from lucky11.operations.roles import roles
from tests.support.prose import ROOT

# Makes the roles itself.
pytestmark = [pytest.mark.django_db, pytest.mark.owner]

PREFIX = "lucky11_test"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
WAYS = (
    "INSERT INTO {0} DEFAULT VALUES",
    "UPDATE {0} SET {1} = {1}",
    "DELETE FROM {0}",
    "TRUNCATE {0} CASCADE",
)


@pytest.fixture(autouse=True)
def ruled(settings) -> None:
    """A database whose roles have the rights that `manage.py db_roles` gives them."""
    settings.DATABASE_ROLES = PREFIX
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    roles.apply()


def documented() -> dict[str, tuple[str, str, str]]:
    """What the page says of inserting into, updating and deleting from each table."""
    page = (ROOT / "docs/security.md").read_text()
    table = page.partition("| table | app inserts |")[2].partition("\n\n")[0]
    return {name: (insert, update, delete) for name, insert, update, delete in ROW.findall(table)}


def columns_by_table() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
               FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT attisdropped
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY 1"""
        )
        return dict(cursor.fetchall())


def is_refused(role: str, statement: str) -> bool:
    """Whether the statement of the role fails because it may not do that."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {PREFIX}_{role}")
            cursor.execute(statement)
            transaction.set_rollback(True)
    except ProgrammingError as error:
        return "permission denied" in str(error)
    except DatabaseError:
        return False
    return False


def allowed(role: str, table: str, columns: list[str]) -> tuple[bool, set[str], bool, bool]:
    """Whether a role inserts, which columns it updates, whether it deletes and empties: by trying each."""
    insert, update, delete, empty = WAYS
    updated = {each for each in columns if not is_refused(role, update.format(f'"{table}"', f'"{each}"'))}
    return (
        not is_refused(role, insert.format(f'"{table}"')),
        updated,
        not is_refused(role, delete.format(f'"{table}"')),
        not is_refused(role, empty.format(f'"{table}"')),
    )


def updated(said: str, columns: list[str]) -> set[str]:
    """The columns that a cell of the page says are updated."""
    named = set(re.findall(r"`(\w+)`", said.partition(":")[0]))
    assert named <= set(columns), said
    if said.startswith("all but"):
        return set(columns) - named
    return {"no": set(), "only": named, "yes,": set(columns)}[said.split()[0]]


def wrong(role: str, expected: dict[str, tuple[bool, set[str], bool, bool]]) -> Iterator[str]:
    for table, columns in columns_by_table().items():
        found = allowed(role, table, columns)
        if found != expected[table]:
            yield f"{role}: {table} is {found}, not {expected[table]}"


def test_every_table_is_on_the_page_and_no_other():
    assert set(documented()) == set(columns_by_table())


def test_every_cell_is_no_or_says_why():
    cells = [cell for row in documented().values() for cell in row]
    assert [cell for cell in cells if not re.match(r"no$|yes, because \w|only \S|all but `", cell)] == []


def test_the_sites_role_may_do_what_the_page_says_and_nothing_else():
    columns = columns_by_table()
    expected = {
        table: (insert != "no", updated(update, columns[table]), delete != "no", False)
        for table, (insert, update, delete) in documented().items()
    }
    assert list(wrong("app", expected)) == []


def test_reports_change_nothing():
    assert list(wrong("report", dict.fromkeys(columns_by_table(), (False, set(), False, False)))) == []


def test_backups_record_their_own_runs_and_change_nothing_else():
    expected: dict[str, tuple[bool, set[str], bool, bool]]
    expected = dict.fromkeys(columns_by_table(), (False, set(), False, False))
    expected["operation_runs"] = (True, {"ended_at", "ok", "summary", "details"}, False, False)
    assert list(wrong("backup", expected)) == []
