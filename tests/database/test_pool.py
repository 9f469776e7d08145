"""A web process gets over a restart of PostgreSQL with its first request, whatever its pool kept."""

from contextlib import ExitStack

import pytest
from django.db import connection
from django.db.backends.postgresql import base as djangos
from psycopg_pool import PoolTimeout

from common.database.pooled import base as ours
from lucky11 import configuration

pytestmark = [pytest.mark.owner, pytest.mark.django_db(transaction=True)]

KEPT = 4


def pool_of(backend):
    """A pool like that of a web process, at this backend, whose connections were all in use once."""
    options = {key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "pool"}
    pool = {"min_size": 1, "max_size": KEPT, "timeout": 1, "reconnect_timeout": 1}
    settings = connection.settings_dict | {
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options | {"pool": pool},
    }
    made = backend.DatabaseWrapper(settings, f"pool of {backend.__name__}")
    made.pool.open()
    return made


def end_all(made):
    """Have the server end every connection of the pool, as it does when it restarts."""
    with ExitStack() as stack:
        kept = [stack.enter_context(made.pool.connection(timeout=30)) for _ in range(KEPT)]
        pids = [each.info.backend_pid for each in kept]
    assert len(set(pids)) == KEPT
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid, 10000) FROM unnest(%s) AS pid", [pids])
        assert cursor.fetchall() == [(True,)] * KEPT


def test_the_first_request_after_a_restart_is_answered():
    made = pool_of(ours)
    try:
        end_all(made)
        with made.pool.connection() as fresh:
            assert fresh.execute("SELECT 1").fetchone() == (1,)
    finally:
        made.close_pool()


def test_control_djangos_own_pool_fails_the_first_request():
    made = pool_of(djangos)
    try:
        end_all(made)
        with pytest.raises(PoolTimeout), made.pool.connection():
            pass
    finally:
        made.close_pool()


def test_a_process_with_a_pool_has_this_backend(monkeypatch):
    monkeypatch.setenv("DATABASE_POOL_SIZE", "4")
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@127.0.0.1:1/site")
    settings = configuration.database()
    assert settings["ENGINE"] == ours.__name__.removesuffix(".base")
    assert settings["OPTIONS"]["pool"]["max_size"] == 4
