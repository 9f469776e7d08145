"""The database's roles: made by a command, held to what they need, and checked."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg import sql

from tests.support.nightly import at_night
from tests.support.scratch import Environment, connect, manage, run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PREFIX = "lucky11_test"
KINDS = ("owner", "app", "backup", "report")
PASSWORD = "only-for-this-test"


@pytest.fixture
def plain(site: Environment) -> Iterator[Environment]:
    """A migrated database without roles; those that a test makes go with it."""
    yield site | {"DATABASE_ROLES": PREFIX}
    with connect(site) as server:
        for kind in KINDS:
            role = sql.Identifier(f"{PREFIX}_{kind}")
            if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [f"{PREFIX}_{kind}"]).fetchone():
                server.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
                server.execute(sql.SQL("DROP OWNED BY {}").format(role))
                server.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.fixture
def ruled(plain: Environment) -> Environment:
    """A database that was given to the roles, each with a password."""
    manage(plain, "db_roles")
    with connect(plain) as server:
        for kind in KINDS:
            server.execute(f"ALTER ROLE {PREFIX}_{kind} PASSWORD '{PASSWORD}'".encode())
    return plain


def acting_as(kind: str, environment: Environment) -> Environment:
    return environment | {"PGUSER": f"{PREFIX}_{kind}", "PGPASSWORD": PASSWORD}


def refused(database: psycopg.Connection[Any], statement: str) -> bool:
    try:
        database.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


@pytest.mark.nightly
def test_a_dry_run_prints_the_statements_and_changes_nothing(plain):
    printed = manage(plain, "db_roles", "--dry-run")
    assert f"CREATE ROLE {PREFIX}_app LOGIN;" in printed
    assert f"GRANT INSERT ON TABLE transactions TO {PREFIX}_app;" in printed
    assert f"GRANT UPDATE ON TABLE transactions TO {PREFIX}_app;" not in printed
    assert manage(plain, "db_roles", "--dry-run") == printed
    assert run(plain, "db_roles", "--check").returncode == 1


@pytest.mark.nightly
def test_made_once_they_are_right_and_made_again_nothing_changes(ruled):
    assert manage(ruled, "db_roles").startswith("Nothing to change")
    assert manage(ruled, "db_roles", "--check") == "Every role has the rights it needs, and no others.\n"
    assert manage(ruled, "db_drift").startswith("No drift")


def test_each_right_too_many_or_missing_is_named_and_put_right(ruled):
    with connect(ruled) as server:
        server.execute(f"GRANT UPDATE, TRUNCATE ON transactions TO {PREFIX}_app".encode())
        server.execute(f"GRANT SELECT (email) ON users TO {PREFIX}_report".encode())
        server.execute(f"REVOKE INSERT ON winners FROM {PREFIX}_app".encode())
        server.execute(f"ALTER ROLE {PREFIX}_app CREATEDB".encode())
        server.execute(f"GRANT {PREFIX}_backup TO {PREFIX}_app".encode())
        server.execute(b"GRANT SELECT ON users TO PUBLIC")
        server.execute(b"ALTER TABLE draws OWNER TO CURRENT_USER")
    done = run(ruled, "db_roles", "--check")
    assert done.returncode == 1
    named = set(done.stdout.splitlines())
    assert {
        f"too much: {PREFIX}_app may UPDATE table transactions",
        f"too much: {PREFIX}_app may TRUNCATE table transactions",
        f"too much: {PREFIX}_report may SELECT column users.email",
        f"missing: {PREFIX}_app may INSERT table winners",
        f"too much: {PREFIX}_app has CREATEDB",
        f"too much: {PREFIX}_app is a member of {PREFIX}_backup",
        "too much: PUBLIC may SELECT table users",
        f"missing: {PREFIX}_owner owns table draws",
    } <= named
    manage(ruled, "db_roles")
    assert run(ruled, "db_roles", "--check").returncode == 0


@pytest.mark.nightly
def test_the_site_works_as_app_and_its_books_are_right(ruled):
    app = acting_as("app", ruled)
    manage(app, "seed", "--force")
    assert "Clean" in manage(app, "check_integrity")
    with connect(app) as database:
        assert database.execute(b"SELECT count(*) FROM winners").fetchone() > (0,)
        assert refused(database, "UPDATE users SET coins = 1000")
        assert refused(database, "DELETE FROM transactions")
    assert run(app, "db_reset", "--i-mean", "lucky11_scratch").returncode == 1


@pytest.mark.nightly
def test_reports_read_numbers_and_nothing_about_a_person(ruled):
    manage(acting_as("app", ruled), "seed", "--force")
    with connect(acting_as("report", ruled)) as database:
        assert database.execute(b"SELECT sum(coins) FROM users").fetchone() > (0,)
        assert database.execute(b"SELECT count(id) FROM transactions").fetchone() > (0,)
        for private in (
            "SELECT email FROM users",
            "SELECT * FROM users",
            "SELECT password FROM users",
            "SELECT description FROM transactions",
            "SELECT public_name FROM winners",
            "SELECT count(*) FROM claims",
            "SELECT count(*) FROM messages",
            "SELECT count(*) FROM outbox_emails",
            "SELECT count(*) FROM sessions",
            "SELECT count(*) FROM draw_seals",
            "SELECT ledger_watermark()",
        ):
            assert refused(database, private), private
        assert refused(database, "INSERT INTO incidents (alert, summary) VALUES ('x', 'y')")


def test_the_backup_role_reads_everything_and_writes_nothing(ruled):
    with connect(acting_as("backup", ruled)) as database:
        for (table,) in database.execute(
            b"SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            b" AND relkind = 'r'"
        ).fetchall():
            database.execute(f"SELECT 1 FROM {table} LIMIT 1".encode())
            assert refused(database, f"DELETE FROM {table}")


@pytest.mark.nightly
def test_the_owner_migrates_and_what_is_new_gets_its_rights(ruled):
    owner = acting_as("owner", ruled)
    manage(owner, "migrate", "lucky11", "zero")
    manage(owner, "migrate")
    assert run(owner, "db_roles", "--check").returncode == 0
    with connect(acting_as("app", ruled)) as database:
        assert database.execute(b"SELECT count(*) FROM operation_runs").fetchone() == (1,)
    assert manage(owner, "db_drift").startswith("No drift")


@pytest.mark.nightly
def test_a_drill_runs_as_the_backup_role(ruled, tmp_path):
    manage(acting_as("app", ruled), "seed", "--force")
    where = urlencode({"host": ruled["PGHOST"], "port": ruled["PGPORT"]})
    as_backup = f"postgres://{PREFIX}_backup:{PASSWORD}@/{ruled['PGDATABASE']}?{where}"
    environment = acting_as("app", ruled) | {"BACKUP_FOLDER": str(tmp_path), "BACKUP_DATABASE_URL": as_backup}
    assert "rows of" in manage(environment, "db_backup")
    assert "can be read as sign-in reads it" in manage(environment, "backup_drill")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{"nobody": "x"}', "names 'nobody', which is not one of owner, app, backup, report"),
        at_night('{"app": ""}', "has no password for app"),
        at_night('["app"]', "is not like"),
    ],
)
def test_passwords_for_what_is_no_role_are_refused_before_anything_is_done(plain, given, said):
    done = run(plain | {"DATABASE_ROLE_PASSWORDS": given}, "db_roles")
    assert done.returncode == 1
    assert said in done.stderr
    assert "Nothing was changed." in done.stderr
    assert run(plain, "db_roles", "--in-use").returncode == 1
    with connect(plain) as server:
        found = server.execute("SELECT 1 FROM pg_roles WHERE rolname LIKE %s", [f"{PREFIX}%"])
        assert found.fetchone() is None
