"""A database of its own for a test, and manage.py at work in it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from lucky11.embedded import paths

Environment = dict[str, str]


@contextmanager
def database_of_its_own(
    name: str, environment: Environment, template: str = "template0"
) -> Iterator[Environment]:
    """The environment in which a process works on a new database of this name."""
    identifier = sql.Identifier(name)
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(template))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
    with connect(environment) as server:
        server.execute(drop)
        server.execute(make)
    try:
        yield environment | {"PGDATABASE": name}
    finally:
        with connect(environment) as server:
            server.execute(drop)


def run(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of manage.py, run to its end."""
    command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
    return subprocess.run(
        command, cwd=paths.ROOT, env=environment, capture_output=True, text=True, timeout=120
    )


def manage(environment: Environment, *arguments: str) -> str:
    """What a command that must succeed prints."""
    ended = run(environment, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def connect(environment: Environment, **options: Any) -> psycopg.Connection[Any]:
    """A connection of one's own to the database that an environment names; each statement commits."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    given = {name: environment[variable] for name, variable in names.items() if environment.get(variable)}
    address = make_conninfo("", password=environment.get("PGPASSWORD") or None, **given)
    return psycopg.connect(address, autocommit=True, **options)


def rows(environment: Environment, query: str) -> list[Any]:
    """The answer to a query."""
    with connect(environment) as database:
        return database.execute(query.encode()).fetchall()


@pytest.fixture
def scratch(owner_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of an empty database of its own."""
    with database_of_its_own("lucky11_scratch", owner_environment) as environment:
        yield environment


TEMPLATE = "lucky11_template"


@pytest.fixture(scope="session")
def _templates(django_db_setup: None) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def site(_templates: ExitStack, owner_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a migrated database of its own; migrated once, then copied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        made = cursor.fetchone()
    if not made:
        manage(_templates.enter_context(database_of_its_own(TEMPLATE, owner_environment)), "migrate")
    with database_of_its_own("lucky11_scratch", owner_environment, TEMPLATE) as environment:
        yield environment
