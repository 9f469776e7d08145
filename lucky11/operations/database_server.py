"""Reaching the database server as its own programs do: by libpq's variables, so that no password is on a
command line, and databases beside the live one."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import pq, sql

from lucky11.operations import OperationError

NAMES = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
MAINTENANCE = "postgres"
# The comment that marks a database as made by a restore.
RESTORED = "lucky11: restored"
# Variables that would override the database to use.
NAMING = ("DATABASE_URL", "BACKUP_DATABASE_URL", "DATABASE_POOL_SIZE")


# The role of this connection, whether it is a superuser, whether it has the owner's rights on a database and
# may rename it, and who owns that.
RIGHTS = """SELECT current_user::text, r.rolsuper, pg_has_role(d.datdba, 'USAGE') AND r.rolcreatedb,
                   o.rolname::text
            FROM pg_database d JOIN pg_roles o ON o.oid = d.datdba JOIN pg_roles r ON r.rolname = current_user
            WHERE d.datname = %s"""


@dataclass(frozen=True)
class Rights:
    """What the role of this connection may do with a database; `owner` owns it."""

    role: str
    is_superuser: bool
    may_rename: bool
    owner: str


_owner_first: ContextVar[bool] = ContextVar("owner_first", default=False)


@contextmanager
def owner_first() -> Iterator[None]:
    """Within the block, work as the role of DATABASE_URL if it owns the live database, whatever
    BACKUP_DATABASE_URL says: what that one restored, it would own.
    """
    token = _owner_first.set(True)
    try:
        yield
    finally:
        _owner_first.reset(token)


def _settings() -> dict[str, Any]:
    own: dict[str, Any] = connection.settings_dict
    backup: dict[str, Any] | None = settings.BACKUP_DATABASE
    if backup is None:
        return own
    given = (str(own[key]) for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME"))
    return own if _owner_first.get() and _owns(*given) else backup


@lru_cache(maxsize=8)
def _owns(*_: str) -> bool:
    """Say whether the role of DATABASE_URL owns the live database."""
    try:
        with psycopg.connect(**_parameters(connection.settings_dict, None), autocommit=True) as database:  # type: ignore[arg-type]
            found = database.execute(RIGHTS, [database.info.dbname]).fetchone()
    except psycopg.Error:
        return False
    return bool(found and (found[1] or found[2]))


def rights(name: str) -> Rights | None:
    """Return what this role may do with a database; None if there is no such database."""
    with connect(MAINTENANCE) as database:
        found = database.execute(RIGHTS, [name]).fetchone()
    return Rights(*found) if found else None


def role_to_restore_as() -> str | None:
    """Return the live database's owner if this role is another one that may act as it; otherwise None."""
    found = rights(live())
    return found.owner if found and found.is_superuser and found.owner != found.role else None


def live() -> str:
    """Return the name of the site's database."""
    return str(_settings()["NAME"])


def parameters(name: str | None = None) -> dict[str, str]:
    """Return libpq's parameters for the site's database, or for another one of the same server."""
    return _parameters(_settings(), name)


def _parameters(given: dict[str, Any], name: str | None) -> dict[str, str]:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    options = {key: str(value) for key, value in given.get("OPTIONS", {}).items() if key in known}
    own = {keyword: str(given[key]) for key, keyword in NAMES.items() if given.get(key)}
    return options | own | ({"dbname": name} if name else {})


def environment(name: str | None = None) -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs, and manage.py, use that database."""
    variables = {o.keyword.decode(): (o.envvar or b"").decode() for o in pq.Conninfo.get_defaults()}
    given = {variables[key]: value for key, value in parameters(name).items() if variables[key]}
    kept = {key: value for key, value in os.environ.items() if key not in NAMING}
    # The environment already has the values of .env; reading it again would name the live database.
    return kept | {"LUCKY11_ENV_FILE": ""} | given


def connect(name: str | None = None) -> psycopg.Connection:
    """Open a connection of its own, which commits each statement."""
    return psycopg.connect(
        **parameters(name),  # type: ignore[arg-type]
        autocommit=True,
        application_name="lucky11 operations",
    )


def manage(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py on another database of the server."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment(name), capture_output=True, text=True
    )


def version() -> int:
    """Return the server's major version."""
    with connect() as database:
        return database.info.server_version // 10_000


def exists(name: str) -> bool:
    """Say whether the server has a database of that name."""
    with connect() as database:
        found = database.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def refuse_name(name: str) -> None:
    """Raise OperationError for a name that a new database cannot have."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise OperationError(
            f"{name!r} is not a valid database name: use lowercase letters, digits and _, up to 63. "
            "Nothing was changed."
        )
    if name in (live(), MAINTENANCE) or exists(name):
        raise OperationError(
            f"A database {name} already exists. Nothing was changed. Choose a new name, or drop it first."
        )


def create(name: str) -> None:
    """Create an empty database with the live one's encoding and collation, and its owner if this role may."""
    with connect() as database:
        found = database.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider::text, to_jsonb(d)"
            " FROM pg_database d WHERE datname = current_database()"
        )
        encoding, collate, ctype, provider, row = found.fetchone() or ()
        words = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
            sql.Identifier(name), sql.Literal(encoding), sql.Literal(collate), sql.Literal(ctype)
        )
        locale = row.get("datlocale") or row.get("daticulocale")
        if provider == "i":
            words += sql.SQL(" LOCALE_PROVIDER icu ICU_LOCALE {}").format(sql.Literal(locale))
        elif provider == "b":
            words += sql.SQL(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {}").format(sql.Literal(locale))
        ours = rights(live())
        if ours and (ours.is_superuser or ours.may_rename):
            words += sql.SQL(" OWNER {}").format(sql.Identifier(ours.owner))
        database.execute(words)
    comment(name, f"{RESTORED}, not verified")


def comment(name: str, words: str) -> None:
    """Set the comment of the database."""
    with connect() as database:
        database.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(words))
        )


def comment_of(name: str) -> str:
    """Return the comment of the database, or "" if it does not exist."""
    with connect() as database:
        found = database.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    return str(found[0] or "") if found else ""


def drop(name: str) -> None:
    """Drop a database that a restore made, and end its connections. Refuses any other."""
    if name == live() or (exists(name) and not comment_of(name).startswith(RESTORED)):
        raise OperationError(f"The database {name} was not made by a restore, so it is not dropped.")
    with connect() as database:
        database.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
