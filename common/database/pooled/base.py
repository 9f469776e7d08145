"""The database backend of web processes: Django's for PostgreSQL, but for its pool after a restart."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, Error
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection from a pool that throws all of its connections away when it finds a dead one."""

    @property
    def pool(self) -> Any:
        """The pool; None where the settings have none.

        A restart ends every connection that waits in a pool. psycopg's finds that out one by one, and waits
        for 0, 1 and 2 seconds in between: longer than a request waits. Django passes the check that finds a
        dead one and lets nobody else name it, so it is replaced here.
        """
        pool = super().pool
        if pool is not None and pool._check is ConnectionPool.check_connection:
            pool._check = _checking(pool)
        return pool


def _checking(pool: ConnectionPool[Any]) -> Any:
    def check(connection: Connection[Any]) -> None:
        try:
            ConnectionPool.check_connection(connection)
        except Error:
            pool.drain()
            raise

    return check
