"""Swapping a restored database in for the live one: two renames in one database transaction."""

from datetime import datetime

import psycopg
from psycopg import sql

from lucky11.operations import OperationError, database_server

ATTEMPTS = 3
OTHERS = """SELECT count(*) FROM pg_stat_activity
            WHERE datname = ANY(%s) AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
END = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = ANY(%s) AND pid <> pg_backend_pid()"""
GRANTS = """SELECT coalesce(r.rolname, 'PUBLIC'), a.privilege_type
            FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
            LEFT JOIN pg_roles r ON r.oid = a.grantee
            WHERE d.datname = %s AND a.grantee <> d.datdba"""
SETTINGS = """SELECT r.rolname, unnest(s.setconfig) FROM pg_db_role_setting s
              JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
              WHERE d.datname = %s"""


def swap(into: str, *, disconnect: bool) -> str:
    """Give the restored database the live one's name; the live one gets a dated name, which is returned.

    Raises OperationError if either has other connections, unless `disconnect` ends those connections;
    then both are unchanged. The caller has closed its own connection to the live database.
    """
    live = database_server.live()
    with database_server.connect(database_server.MAINTENANCE) as database:
        now: datetime = database.execute("SELECT clock_timestamp()").fetchone()[0]  # type: ignore[index]
        old = f"{live[:46]}_{now:%Y%m%d_%H%M%S}"
        others = database.execute(OTHERS, [[live, into]]).fetchone()[0]  # type: ignore[index]
        if others and not disconnect:
            raise OperationError(
                f"{others} connections to {live} or {into} are open, so nothing was swapped. Stop web, "
                "worker and beat first (maintenance is not enough), or add --disconnect, which ends them."
            )
        try:
            _copy_rights(database, live, into)
        except psycopg.Error as error:
            raise _refusal(error) from error
        _rename(database, live, into, old)
    return old


def _copy_rights(database: psycopg.Connection, live: str, into: str) -> None:
    """Copy the database's connection rights and settings: pg_dump has neither."""
    name = sql.Identifier(into)
    database.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role, right in database.execute(GRANTS, [live]).fetchall():
        who = sql.SQL("PUBLIC") if role == "PUBLIC" else sql.Identifier(role)
        database.execute(sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(right), name, who))
    for role, setting in database.execute(SETTINGS, [live]).fetchall():
        key, _, value = setting.partition("=")
        whose = sql.SQL("ROLE {} IN DATABASE {}").format(sql.Identifier(role), name) if role else None
        target = whose or sql.SQL("DATABASE {}").format(name)
        words = sql.SQL("ALTER {} SET {} = {}").format(target, sql.Identifier(key), sql.Literal(value))
        database.execute(words)


def _rename(database: psycopg.Connection, live: str, into: str, old: str) -> None:
    """Do both renames or none; new connections wait for the lock that the first one holds."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with database.transaction():
                database.execute(END, [[live, into]])
                database.execute(rename.format(sql.Identifier(live), sql.Identifier(old)))
                database.execute(rename.format(sql.Identifier(into), sql.Identifier(live)))
                # It is the live one now, and no restore may drop it.
                database.execute(sql.SQL("COMMENT ON DATABASE {} IS NULL").format(sql.Identifier(live)))
            return
        except psycopg.errors.ObjectInUse as error:
            # A client reconnected between the end of its connection and the lock.
            if attempt == ATTEMPTS:
                raise _refusal(error) from error
        except psycopg.Error as error:
            raise _refusal(error) from error


def _refusal(error: psycopg.Error) -> OperationError:
    return OperationError(f"Nothing was swapped; both databases are unchanged: {error}")
