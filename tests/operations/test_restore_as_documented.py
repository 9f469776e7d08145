"""Restoring as the documents say: with their roles, passwords and extension."""

from __future__ import annotations

import psycopg
import pytest

from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production

__all__ = ["documented", "documented_servers"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def backup(documented: Production) -> str:
    """A backup of the site as its beat makes one."""
    documented.manage("site", "db_backup")
    return documented.manage("site", "db_backups").stdout.split()[0]


def test_drift_and_rights_are_clean_beside_an_extension(documented: Production):
    assert documented.manage("owner", "db_drift").stdout.startswith("No drift")
    assert "no others" in documented.manage("owner", "db_roles", "--check").stdout


def test_a_drill_passes_with_an_extension_that_the_backup_role_may_not_create(documented: Production, backup):
    said = documented.manage("site", "backup_drill").stdout
    assert "Not restored: the extension pg_stat_statements, which only a superuser may create." in said
    assert f"{backup} was restored, its books balance" in said


@pytest.mark.nightly
def test_extensions_of_every_kind_and_in_a_schema_of_their_own_are_nobodys_drift(documented: Production):
    ask = documented.postgres.ask
    ask("CREATE SCHEMA beside")
    for words in ('"uuid-ossp"', "citext", "pg_trgm SCHEMA beside"):
        ask(f"CREATE EXTENSION {words}")
    try:
        assert documented.manage("owner", "db_drift").stdout.startswith("No drift")
        assert "no others" in documented.manage("owner", "db_roles", "--check").stdout
        documented.manage("site", "db_backup")
        said = documented.manage("site", "backup_drill").stdout
        assert "Not restored: the extension pg_stat_statements, which" in said
        assert "uuid-ossp" not in said, "whom anybody may create"
    finally:
        for name in ('"uuid-ossp"', "citext", "pg_trgm"):
            ask(f"DROP EXTENSION {name}")
        ask("DROP SCHEMA beside")


def databases(documented: Production) -> set[str]:
    return documented.postgres.databases()


def belonging_to_others(documented: Production) -> list[tuple[str, ...]]:
    """What in the live database belongs to neither its owner nor an extension."""
    return documented.postgres.ask(
        """SELECT relname::text, relowner::regrole::text FROM pg_class c
           WHERE relnamespace = 'public'::regnamespace AND relowner <> 'lucky11_owner'::regrole
             AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')"""
    )


@pytest.mark.parametrize("role", ["site", pytest.param("backup", marks=pytest.mark.nightly)])
def test_a_role_that_cannot_swap_is_told_before_anything_is_restored(documented: Production, backup, role):
    before = databases(documented)
    done = documented.manage(role, "db_restore", backup, "--into", "lucky11_no", "--swap", check=False)
    assert done.returncode == 1
    assert "Only lucky11_owner, which owns lucky11 and may rename it, can swap" in done.stderr
    assert "owner.env" in done.stderr
    assert "Traceback" not in done.stderr
    assert databases(documented) == before


@pytest.mark.nightly
def test_what_another_role_restored_is_not_swapped_in(documented: Production, backup):
    said = documented.manage("site", "db_restore", backup, "--into", "lucky11_looked_at").stdout
    assert "To put a copy in its place, restore one as lucky11_owner" in said
    swap = ("db_restore", backup, "--into", "lucky11_looked_at", "--swap")
    done = documented.manage("owner", *swap, check=False)
    assert done.returncode == 1
    assert "lucky11_looked_at belongs to lucky11_backup and lucky11 to lucky11_owner" in done.stderr
    documented.postgres.ask("DROP DATABASE lucky11_looked_at", database="postgres")


@pytest.mark.parametrize("role", ["owner", pytest.param("superuser", marks=pytest.mark.nightly)])
def test_a_swap_while_the_site_is_at_work_leaves_every_right_as_it_was(documented: Production, backup, role):
    documented.start()
    documented.wait_until_ready()
    into = f"lucky11_by_{role}"
    restore = ("db_restore", backup, "--into", into, "--swap")
    refused = documented.manage(role, *restore, check=False)
    assert refused.returncode == 1
    assert "are open, so nothing was swapped" in refused.stderr
    said = documented.manage(role, *restore, "--disconnect").stdout
    assert f"lucky11 now has the contents of {backup}" in said
    assert belonging_to_others(documented) == []
    assert "no others" in documented.manage("owner", "db_roles", "--check").stdout
    assert documented.manage("owner", "db_drift").stdout.startswith("No drift")
    documented.wait_until_ready(30)
    assert documented.get("/").status_code == 200
    assert documented.manage("owner", "migrate", "--plan").returncode == 0
    documented.stop()


@pytest.mark.nightly
def test_a_session_that_the_owner_may_not_end_is_named(documented: Production, backup):
    with psycopg.connect(documented.database_url("superuser")):
        done = documented.manage(
            "owner", "db_restore", backup, "--into", "lucky11_held", "--swap", "--disconnect", check=False
        )
    assert done.returncode == 1
    assert "may not end the sessions of postgres in lucky11 or lucky11_held" in done.stderr
    assert "lucky11_held is restored and verified, and is kept" in done.stderr


def test_a_real_difference_in_a_restored_database_is_still_named(documented: Production):
    documented.postgres.ask("ALTER TABLE draws ADD CONSTRAINT planted CHECK (entry_fee IN (1, 2)) NOT VALID")
    documented.postgres.ask("ALTER TABLE users ALTER COLUMN time_zone SET DEFAULT 'Mars'")
    try:
        done = documented.manage("owner", "db_drift", check=False)
        assert done.returncode == 1
        assert "ROGUE    constraint draws.planted" in done.stdout
        assert "CHANGED  column users.time_zone" in done.stdout
        assert "2 differences" in done.stdout
    finally:
        documented.postgres.ask("ALTER TABLE draws DROP CONSTRAINT planted")
        documented.postgres.ask("ALTER TABLE users ALTER COLUMN time_zone SET DEFAULT 'UTC'")
