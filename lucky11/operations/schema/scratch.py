"""A freshly migrated database beside the live one, for comparison; dropped afterwards."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from lucky11.operations import OperationError, database_server, postgres_programs
from lucky11.operations.schema.catalogue import Part, describe

MARK = "Lucky11 scratch: may be dropped at any time."


def described_after_a_restore(scratch: BaseDatabaseWrapper) -> dict[Part, str]:
    """Return the parts of the scratch database as a dump and a restore leave them.

    PostgreSQL keeps expressions as it understood them, and dumps them in words that it then understands in
    another way: `a OR b OR c` is one tree before and another afterwards, and is printed differently.
    Raises OperationError if it cannot be dumped and restored.
    """
    name = str(scratch.settings_dict["NAME"])
    copy = f"{name}_2"
    _make(copy)
    try:
        version = connection.pg_version // 10_000  # type: ignore[attr-defined]
        dump, psql = (postgres_programs.find(program, version) for program in ("pg_dump", "psql"))
        options = ["--schema-only", "--no-owner", "--no-privileges", "--no-password", f"--dbname={name}"]
        # The databases belong to this role, and not to the one for backups.
        with database_server.owner_first():
            dumped = _read([dump, *options], name)
            options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password"]
            _read([psql, *options, f"--dbname={copy}"], copy, dumped)
        with _connected(copy) as database:
            return describe(database)
    finally:
        _drop(copy)


def _read(command: list[str | Path], name: str, given: bytes = b"") -> bytes:
    done = subprocess.run(
        command, env=database_server.environment(name), input=given, capture_output=True, check=False
    )
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip()[-500:]
        raise OperationError(f"The scratch database could not be dumped and restored: {why}")
    return done.stdout


@contextmanager
def _connected(name: str) -> Iterator[BaseDatabaseWrapper]:
    """Yield a connection to a database beside the live one."""
    # A copy of the pool would outlive the database.
    options = {k: v for k, v in connection.settings_dict["OPTIONS"].items() if k != "pool"}
    connections.settings[name] = connection.settings_dict | {"NAME": name, "OPTIONS": options}
    try:
        yield connections[name]
    finally:
        connections[name].close()
        del connections[name], connections.settings[name]


@contextmanager
def migrated_database(purpose: str) -> Iterator[BaseDatabaseWrapper]:
    """Yield a connection to a new, fully migrated database. Raises OperationError if it cannot be made."""
    # Room for what is added to it: a name has 63 bytes.
    live = str(connection.settings_dict["NAME"]).encode()[:40].decode(errors="ignore")
    name = f"{live}_{purpose}"
    _make(name)
    try:
        with _connected(name) as database:
            call_command("migrate", database=name, verbosity=0, interactive=False)
            yield database
    finally:
        _drop(name)


def _make(name: str) -> None:
    _drop(name)
    _run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    _run(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(MARK)))


def _drop(name: str) -> None:
    """Drop the database of an earlier run. Raises OperationError for a database that no run made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        )
        found = cursor.fetchone()
    if found and found[0] != MARK:
        raise OperationError(
            f"The database {name} was not made by this command, and its name is needed. Nothing was done."
        )
    if found:
        _run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(statement: sql.Composed) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        raise OperationError(
            f"A scratch database could not be created or dropped: {error}. The account needs CREATEDB "
            "(the owner of `manage.py db_roles` has it). Nothing was changed."
        ) from error
