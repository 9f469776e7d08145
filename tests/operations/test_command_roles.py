"""A command runs as the roles it is for, and refuses every other one before it does anything."""

from __future__ import annotations

import re
from importlib import import_module

import psycopg
import pytest
from django.apps import apps
from django.core.management import find_commands

from lucky11.embedded import paths
from lucky11.management.utility import ROLES
from tests.operations.test_roles import KINDS, PREFIX, acting_as, plain, ruled
from tests.support.scratch import Environment, connect, manage, run

__all__ = ["plain", "ruled"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


NAMES = {"superuser": "a superuser"} | {kind: f"lucky11_{kind}" for kind in KINDS}
ROW = re.compile(r"^\| `manage\.py (\w+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
OWN = ("lucky11", "draws", "ledger", "accounts", "common")
# What each command needs to come as far as asking for its role.
ARGUMENTS = {
    "changepassword": "nobody@lucky11.example",
    "createsuperuser": "--noinput --email nobody@lucky11.example",
    "db_export": "users --to /nowhere/users.csv",
    "db_import": "users /nowhere/users.csv",
    "db_maintenance": "weekly",
    "db_pitr": "--base",
    "db_recover": "--table users --from none",
    "db_reset": "--i-mean none",
    "db_restore": "none --into none",
    "db_rollback": "lucky11 0001",
    "flush": "--noinput",
    "import_lucky11": "postgresql://127.0.0.1:1/none",
    "link_imported_player": "nobody --to nobody",
    "loaddata": "none",
    "maintenance": "on",
    "remove_stale_contenttypes": "--noinput",
    "site_restore": "none --into none",
}

# Roles of which the owner is a member, so that it may end their sessions for a swap; it has their rights.
OF_OWNER = {"app", "report"}


def declared() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The roles of each command of ours, and of Django's as far as they are known."""
    found: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    found = {name: (tuple(needed), ()) for name, needed in ROLES.items()}
    for label in OWN:
        for name in find_commands(f"{apps.get_app_config(label).path}/management"):
            command = import_module(f"{label}.management.commands.{name}").Command
            found[name] = (tuple(command.roles), tuple(getattr(command, "server_roles", ())))
    return found


def test_the_page_names_the_roles_that_each_command_declares():
    page = (paths.ROOT / "docs/operations.md").read_text()
    told = {name: (role, server) for name, role, server in ROW.findall(page)}
    assert told == {
        name: (
            ", ".join(NAMES[kind] for kind in needed) or "no database",
            ", ".join(NAMES[kind] for kind in server) or "the same",
        )
        for name, (needed, server) in declared().items()
    }


@pytest.mark.nightly
def test_every_command_refuses_every_role_that_it_is_not_for(ruled):
    wrong = {}
    for name, (needed, _) in declared().items():
        may = {*needed} | ({"owner"} if OF_OWNER & {*needed} else set())
        for kind in {*KINDS} - may if needed else ():
            done = run(acting_as(kind, ruled), name, *ARGUMENTS.get(name, "").split())
            if done.returncode != 1 or f"{name} is for " not in done.stderr or done.stdout:
                wrong[name, kind] = done.stdout + done.stderr[-300:]
    assert not wrong, wrong


def test_the_backup_role_takes_a_backup_and_records_it(ruled, tmp_path):
    backup = acting_as("backup", ruled) | {"BACKUP_FOLDER": str(tmp_path), "BACKUP_DATABASE_URL": ""}
    assert "rows of" in manage(backup, "db_backup")
    assert "1 backups in" in manage(backup, "db_backups")
    refused = run(acting_as("app", backup), "db_backup")
    assert refused.returncode == 1
    assert "Set BACKUP_DATABASE_URL" in refused.stderr


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
