"""Where the benchmarks run: databases of their own, made for the run and dropped after it."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import environ
import psycopg
from cryptography.fernet import Fernet
from psycopg.conninfo import make_conninfo

from common.database.advisory_locks import AdvisoryLock

NAME, SMALL, LARGE = "lucky11_bench", "lucky11_bench_small", "lucky11_bench_large"
THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")
# As in production, except that the load comes over plain HTTP from this machine.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "LUCKY11_ENV_FILE": "",
    "DEBUG": "false",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SITE_ORIGIN": "http://127.0.0.1",
    "SECURE_SSL_REDIRECT": "false",
    "SECURE_COOKIES": "false",
    "EMAIL_URL": "dummymail://",
}


@contextmanager
def prepared() -> Iterator[None]:
    """Have empty, migrated databases and the environment that leads to it; leaves nothing behind.

    DATABASE_URL names its server, which must be on this machine; without it the embedded one is used.
    """
    os.environ |= ENVIRONMENT
    os.environ.setdefault("LUCKY11_DATA", ".data/bench")
    os.environ.setdefault("REDIS_URL", "embedded:")
    url = os.environ.pop("DATABASE_URL", "embedded:")
    with _server(url) as server, psycopg.connect(_address(server), autocommit=True) as connection:
        if not connection.execute("SELECT pg_try_advisory_lock(%s)", [AdvisoryLock.BENCHMARKS]).fetchone()[0]:  # type: ignore[index]
            raise SystemExit("bin/bench: another one is at work on this server.")
        _drop(connection)
        try:
            connection.execute(f"CREATE DATABASE {NAME}")
            _migrate(server | {"NAME": NAME})
            for name in (SMALL, LARGE):
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {NAME}")
            yield
        finally:
            _drop(connection)


def _drop(connection: psycopg.Connection) -> None:
    for name in (NAME, SMALL, LARGE):
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Have Django's connection, and programs started meanwhile, in another of the databases."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    try:
        _connect_to(name)
        yield
    finally:
        _connect_to(before)


def _connect_to(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = os.environ["PGDATABASE"] = name


@contextmanager
def _server(url: str) -> Iterator[dict[str, Any]]:
    from lucky11 import embedded

    own = url == "embedded:"
    server = embedded.database_settings() if own else dict(environ.Env.db_url_config(url))
    host = str(server.get("HOST", ""))
    if host not in THIS_MACHINE and not host.startswith("/"):
        raise SystemExit(f"bin/bench: the database is on {host}, and load is only put on this machine.")
    with embedded.servers() if own else nullcontext():
        yield server


def _address(server: dict[str, Any]) -> str:
    names = {"NAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    keywords = {ours: str(server[theirs]) for theirs, ours in names.items() if server.get(theirs)}
    return make_conninfo(**keywords)


def _migrate(server: dict[str, Any]) -> None:
    for variable, name in {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGDATABASE": "NAME",
    }.items():
        os.environ[variable] = str(server.get(name) or "")
    os.environ["PGPASSWORD"] = str(server.get("PASSWORD") or "")
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    connection.close()
