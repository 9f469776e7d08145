"""What the tests of backups share: a site with tickets and a winner, and commands run as operators do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from draws.entries.take import take_tickets
from draws.lifecycle.close import close_due_draws
from lucky11.embedded import paths
from tests.conftest import let_close


@pytest.fixture
def store(settings, tmp_path: Path, monkeypatch) -> Path:
    """The folder that backups go to."""
    folder = tmp_path / "backups"
    monkeypatch.setenv("BACKUP_FOLDER", str(folder))
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = settings.STORAGES | {"backups": files}
    return folder


@pytest.fixture
def played(transactional_db, make_player, make_draw) -> None:
    """Two players, a draw that is over with its winner, and one that is open."""
    ana, ben = make_player("ana"), make_player("ben")
    over, still_open = make_draw(min_participants=1), make_draw(title="Weekend in Porto")
    for player, count in ((ana, 2), (ben, 1)):
        take_tickets(player.pk, over.pk, count, "request-one")
        take_tickets(player.pk, still_open.pk, count, "request-two")
    let_close(over)
    close_due_draws()


@pytest.fixture
def manage(server_environment, store) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command of manage.py on the test's database, as an operator does."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = server_environment | {"BACKUP_FOLDER": str(store)} | variables
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, text=True)

    return run


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def beside(transactional_db) -> Iterator[str]:
    """A name for a database beside the test's; whatever the test made is dropped again."""
    before = databases()
    yield "lucky11_beside"
    with connection.cursor() as cursor:
        for name in databases() - before:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def copy(played, beside) -> str:
    """A database of its own with all that the site has, for what would harm the test's."""
    words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    names = sql.Identifier("lucky11_copy"), sql.Identifier(connection.settings_dict["NAME"])
    # Nobody may be connected to what is copied.
    connection.close()
    with connect("postgres") as database:
        database.execute(words.format(*names))
    return "lucky11_copy"


def connect(name: str | None = None) -> psycopg.Connection:
    """A connection as psql would have it, to the test's database or another."""
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"] or None,
        port=given["PORT"] or None,
        user=given["USER"] or None,
        password=given["PASSWORD"] or os.environ.get("PGPASSWORD"),
        dbname=name or given["NAME"],
        autocommit=True,
    )


def contents(name: str | None = None) -> dict[str, list[str]]:
    """Every row of every table but the log of operations, as text in order."""
    with connect(name) as database:
        tables = database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'operation_runs'"
        ).fetchall()
        rows = {}
        for (table,) in tables:
            words = sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(table))
            rows[table] = [row for (row,) in database.execute(words)]
    return rows
