"""Point-in-time recovery as documented: the backup role, its password, and TLS that names the server."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.operations.documented import seed
from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production
from tests.operations.processes import eventually

__all__ = ["documented", "documented_servers"]
pytestmark = pytest.mark.slow
NO_BASE = "No base backup was taken, because this is missing: "


@contextmanager
def told(production: Production, **settings: str) -> Iterator[None]:
    """The server restarted with other settings, and with its own again."""
    ask = production.postgres.ask
    for name, value in settings.items():
        ask(f"ALTER SYSTEM SET {name} = '{value}'", database="postgres")
    production.postgres.restart()
    try:
        yield
    finally:
        ask("ALTER SYSTEM RESET ALL", database="postgres")
        production.postgres.restart()


@contextmanager
def without_replication(production: Production) -> Iterator[None]:
    """The server whose role and pg_hba.conf are those of before this was documented."""
    server = production.postgres
    file = server.folder / "pg_hba.conf"
    whole = file.read_text()
    file.write_text("".join(line for line in whole.splitlines(True) if "replication" not in line))
    server.ask("ALTER ROLE lucky11_backup NOREPLICATION")
    server.restart()
    try:
        yield
    finally:
        file.write_text(whole)
        server.restart()


def bases(production: Production) -> list[str]:
    folder = Path(production.settings["PITR_BASES"])
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def refusal(production: Production) -> str:
    done = production.manage("site", "db_pitr", "--base", check=False)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert bases(production) == []
    return done.stderr


def test_a_role_and_a_server_that_let_nobody_copy_are_named_and_db_roles_mends_the_role(
    documented: Production,
):
    with without_replication(documented):
        said = refusal(documented)
        assert f"{NO_BASE}lucky11_backup has no REPLICATION (run manage.py db_roles as a superuser)" in said
        assert re.search(
            r"pg_hba\.conf has no line for replication \(add `hostssl replication lucky11_backup "
            r"(127\.0\.0\.1/32|::1/128) scram-sha-256`, and reload PostgreSQL\)",
            said,
        ), said
        migrated = documented.manage("owner", "migrate", "--verbosity", "0")
        assert "missing: lucky11_backup has REPLICATION. Run manage.py db_roles" in migrated.stderr
        given = documented.manage("superuser", "db_roles").stdout
        assert "ALTER ROLE lucky11_backup REPLICATION;" in given
        assert "REPLICATION (" not in refusal(documented)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"archive_mode": "off", "wal_level": "minimal", "max_wal_senders": "0"},
            ["wal_level is minimal", "max_wal_senders is 0", "archive_mode is off"],
        ),
        ({"archive_command": ""}, ["archive_command is empty"]),
    ],
)
def test_a_server_without_the_settings_is_told_all_that_is_missing(documented, settings, words):
    with told(documented, **settings):
        said = refusal(documented)
    for each in words:
        assert each in said


@pytest.mark.nightly
def test_an_archive_that_takes_nothing_is_said_before_a_base_backup_is_made(documented: Production):
    with told(documented, archive_command="false"):
        documented.postgres.ask("SELECT pg_switch_wal()")
        failed = "SELECT last_failed_time > coalesce(last_archived_time, '-infinity') FROM pg_stat_archiver"
        assert eventually(lambda: documented.postgres.ask(failed) == [(True,)])
        assert "archive_command fails, last for 0" in refusal(documented)
    again = "SELECT last_archived_time > last_failed_time FROM pg_stat_archiver"
    assert eventually(lambda: documented.postgres.ask(again) == [(True,)])


@pytest.mark.nightly
def test_the_backup_role_copies_the_server_and_a_moment_comes_back_and_is_backed_up(documented: Production):
    documented.shell("site", seed.players())
    said = documented.manage("site", "db_pitr", "--base").stdout
    assert "verified. You can recover to any time from " in said
    count = "SELECT count(*)::int FROM users"
    ((before,),) = documented.postgres.ask(count)
    ((moment,),) = documented.postgres.ask("SELECT clock_timestamp()::text")
    documented.postgres.ask("CREATE TABLE after_the_moment ()")
    ((piece,),) = documented.postgres.ask("SELECT pg_walfile_name(pg_switch_wal())")
    assert eventually(lambda: (documented.postgres.archive / piece).exists())

    script = documented.place / "restore.sh"
    into = Path(documented.settings["PITR_BASES"]) / "restored"
    script.write_text(documented.manage("site", "db_pitr", "--to", moment, "--into", str(into)).stdout)
    who = documented.postgres.who
    for each in (script, into.parent, *into.parent.rglob("*")):
        who.give(each)
    as_server: dict[str, Any] = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    as_server |= who.options()
    done = subprocess.run(["sh", str(script)], timeout=120, **as_server)
    try:
        assert done.returncode == 0, done.stderr
        # Word by word what it printed.
        (line,) = re.findall(r"^To back it up: +(.+) manage\.py db_backup$", done.stdout, re.MULTILINE)
        variables: dict[str, Any] = dict(word.split("=", 1) for word in shlex.split(line))
        name = documented.manage("site", "db_backup", **variables).stdout.partition(":")[0]
        documented.manage("site", "db_restore", name, "--into", "of_the_moment")
        there = documented.postgres.ask(count, database="of_the_moment")
        gone = documented.postgres.ask("SELECT to_regclass('after_the_moment')", database="of_the_moment")
        assert (there, gone) == ([(before,)], [(None,)])
    finally:
        stop = [str(documented.postgres.programs / "pg_ctl"), f"--pgdata={into}", "--mode=immediate", "stop"]
        subprocess.run(stop, **as_server)
        documented.postgres.ask("DROP TABLE after_the_moment")
        documented.postgres.ask("DROP DATABASE IF EXISTS of_the_moment WITH (FORCE)", database="postgres")
