"""A command runs as the roles it is for, and refuses every other one before it does anything."""

from __future__ import annotations

import psycopg
import pytest

from tests.operations.test_roles import PREFIX, acting_as, plain, ruled
from tests.support.scratch import Environment, connect, manage, run

__all__ = ["plain", "ruled"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def analysed(site: Environment) -> list[tuple[str, bool]]:
    with connect(site) as server:
        return server.execute(
            b"SELECT relname::text, last_analyze IS NOT NULL FROM pg_stat_user_tables ORDER BY 1"
        ).fetchall()


def test_the_owners_command_run_as_the_site_says_so_and_does_nothing(ruled):
    done = run(acting_as("app", ruled), "db_analyze")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"db_analyze is for {PREFIX}_owner, and DATABASE_URL names {PREFIX}_app" in done.stderr
    assert "Nothing was done." in done.stderr
    assert "LUCKY11_ENV_FILE=/etc/lucky11/owner.env:/etc/lucky11/site.env manage.py db_analyze" in done.stderr
    assert not any(done for _, done in analysed(ruled))
    manage(acting_as("owner", ruled), "db_analyze")
    assert all(done for _, done in analysed(ruled))


def test_a_member_of_a_role_and_a_superuser_count_as_it(ruled):
    with connect(ruled) as server:
        server.execute(f"CREATE ROLE {PREFIX}_deputy LOGIN SUPERUSER".encode())
        server.execute(f"GRANT {PREFIX}_owner TO {PREFIX}_deputy".encode())
        try:
            deputy = acting_as("deputy", ruled)
            assert manage(deputy, "db_analyze").endswith("tables analysed.\n")
            server.execute(f"ALTER ROLE {PREFIX}_deputy NOSUPERUSER".encode())
            assert manage(deputy, "db_analyze").endswith("tables analysed.\n")
            server.execute(f"REVOKE {PREFIX}_owner FROM {PREFIX}_deputy".encode())
            server.execute(f"GRANT CONNECT ON DATABASE {ruled['PGDATABASE']} TO {PREFIX}_deputy".encode())
            assert run(deputy, "db_analyze").returncode == 1
        finally:
            server.execute(f"DROP OWNED BY {PREFIX}_deputy".encode())
            server.execute(f"DROP ROLE {PREFIX}_deputy".encode())


def test_where_db_roles_never_ran_the_one_role_may_do_everything(plain):
    with connect(plain) as server:
        server.execute(f"CREATE ROLE {PREFIX}_owner LOGIN PASSWORD 'only-for-this-test'".encode())
        for (table,) in server.execute(
            b"SELECT quote_ident(relname) FROM pg_class"
            b" WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
        ).fetchall():
            server.execute(f"ALTER TABLE {table} OWNER TO {PREFIX}_owner".encode())
    developer = acting_as("owner", plain)
    assert manage(developer, "db_analyze").endswith("tables analysed.\n")
    assert manage(developer, "maintenance", "status") == "off\n"
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connect(developer) as database:
        database.execute(b"CREATE DATABASE another")
