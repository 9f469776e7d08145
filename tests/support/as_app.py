"""The suite as the site's own role: `bin/test --as app`.

`manage.py db_roles` gives the tests' database to the roles. Connections of this process then act as `app`
from their start; a test may act as the server's owner for a moment, in the same database transaction.
Processes of the site that a test starts sign in as `app`. Tests marked `owner` have the owner's rights: they
ask what triggers answer where the role is refused before, look at plans, or work on the schema.
"""

from __future__ import annotations

import gc
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from tests.races.together import wait_until_alone

PREFIX = "lucky11_suite"
APP = f"{PREFIX}_app"
KINDS = ("owner", "app", "backup", "report")

_password = secrets.token_hex(16)
_given = False
_aside = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    owner = item.config.getoption("--as") and item.get_closest_marker("owner")
    with put_aside() if owner else nullcontext():
        return (yield)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, pytestconfig: pytest.Config
) -> Iterator[None]:
    """Made and migrated by the owner; with `--as app` it is then the roles'."""
    if not pytestconfig.getoption("--as"):
        yield
        _leave(django_db_blocker)
        return
    with django_db_blocker.unblock(), ExitStack() as stack:
        stack.enter_context(database_given_to_the_roles())
        django_db_blocker.block()
        yield
        django_db_blocker.unblock()
    _leave(django_db_blocker)


def _leave(django_db_blocker: Any) -> None:
    """Wait until nobody else uses the tests' database, which is dropped next.

    Python closes what a thread that ended has left behind only when it looks for garbage: here seldom.
    """
    gc.collect()
    with django_db_blocker.unblock():
        wait_until_alone()
        connection.close()


@contextmanager
def database_given_to_the_roles() -> Iterator[None]:
    """From here on connections act as `app`; at the end the roles are gone."""
    global _given
    before, settings.DATABASE_ROLES = settings.DATABASE_ROLES, PREFIX
    call_command("db_roles", stdout=StringIO())
    settings.DATABASE_ROLES = before
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {APP} PASSWORD '{_password}'")
    _given = True
    _act()
    try:
        yield
    finally:
        _given = False
        _act()
        _remove()


@contextmanager
def put_aside() -> Iterator[None]:
    """Connections, and processes that a test starts, have the owner's rights."""
    global _aside
    _aside = True
    _act()
    try:
        yield
    finally:
        _aside = False
        _act()


def sign_in() -> dict[str, str]:
    """The variables with which a process signs in as `app`; none when the suite has the owner's rights."""
    return {"PGUSER": APP, "PGPASSWORD": _password} if _acting() else {}


@contextmanager
def as_owner() -> Iterator[Any]:
    """A cursor with the owner's rights, in the database transaction of the moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        try:
            yield cursor
        finally:
            if not connection.needs_rollback:
                cursor.execute("RESET ROLE")


def _acting() -> bool:
    return _given and not _aside


def _act() -> None:
    options = connection.settings_dict["OPTIONS"]
    wanted = f"-c role={APP}" if _acting() else None
    if options.get("options") == wanted:
        return
    # Who one is, is said when a connection is made.
    connection.close()
    options.pop("options", None)
    if wanted:
        options["options"] = wanted


def _remove() -> None:
    with connection.cursor() as cursor:
        for kind in KINDS:
            role = f"{PREFIX}_{kind}"
            cursor.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
            cursor.execute(f"DROP OWNED BY {role}")
            # A run beside this one, on another database of the server, may have the same roles.
            with suppress(DatabaseError):
                cursor.execute(f"DROP ROLE {role}")
