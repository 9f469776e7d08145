"""A freshly migrated database beside the live one, for comparison; dropped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from lucky11.operations import OperationError

ALIAS = "scratch"
MARK = "Lucky11 scratch: may be dropped at any time."


@contextmanager
def migrated_database(purpose: str) -> Iterator[BaseDatabaseWrapper]:
    """Yield a connection to a new, fully migrated database. Raises OperationError if it cannot be made."""
    name = f"{connection.settings_dict['NAME']}_{purpose}"
    _drop(name)
    _run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        _run(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(MARK)))
        # A copy of the pool would outlive the database.
        options = {k: v for k, v in connection.settings_dict["OPTIONS"].items() if k != "pool"}
        connections.settings[ALIAS] = connection.settings_dict | {"NAME": name, "OPTIONS": options}
        call_command("migrate", database=ALIAS, verbosity=0, interactive=False)
        yield connections[ALIAS]
    finally:
        if ALIAS in connections.settings:
            connections[ALIAS].close()
            del connections[ALIAS], connections.settings[ALIAS]
        _drop(name)


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
