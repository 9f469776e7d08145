"""Swapping a restored database in for the live one: two renames in one database transaction."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

import psycopg
from psycopg import sql

from common.database.advisory_locks import AdvisoryLock
from lucky11.operations import OperationError, database_server
from lucky11.operations.roles import roles

ATTEMPTS = 3
# A role sees no kind of session of others, but always whose they are.
SESSIONS = """FROM pg_stat_activity
              WHERE datname = ANY(%s) AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
                AND coalesce(backend_type, 'client backend') = 'client backend'"""
OTHERS = f"SELECT count(*) {SESSIONS}"
# Whoever has the rights of a role may end its sessions; only a superuser may end a superuser's.
NOT_OURS = f"""SELECT string_agg(DISTINCT usename, ', ') {SESSIONS}
               AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
               AND (NOT pg_has_role(usesysid, 'USAGE')
                    OR (SELECT rolsuper FROM pg_roles WHERE oid = usesysid))"""
END = f"SELECT pg_terminate_backend(pid) {SESSIONS}"
GRANTS = """SELECT coalesce(r.rolname, 'PUBLIC'), a.privilege_type
            FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
            LEFT JOIN pg_roles r ON r.oid = a.grantee
            WHERE d.datname = %s AND a.grantee <> d.datdba"""
SETTINGS = """SELECT r.rolname, unnest(s.setconfig) FROM pg_db_role_setting s
              JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
              WHERE d.datname = %s"""
CONNECTION_LIMIT = "SELECT datconnlimit FROM pg_database WHERE datname = %s"


def refuse_wrong_role(into: str) -> None:
    """Raise OperationError unless this role can put `into`, existing or not, in the live one's place."""
    live = database_server.live()
    found = database_server.rights(live)
    if found is None:
        raise OperationError(f"There is no live database {live}, so there is nothing to swap.")
    if not (found.is_superuser or found.may_rename):
        raise OperationError(
            f"Only {found.owner}, which owns {live} and may rename it, can swap; this role is {found.role}. "
            f"Nothing was done. Run the same command with DATABASE_URL of {found.owner}: "
            "LUCKY11_ENV_FILE=/etc/lucky11/owner.env:/etc/lucky11/site.env (docs/operations.md)."
        )
    copy = database_server.rights(into)
    if copy and copy.owner != found.owner:
        raise OperationError(
            f"{into} belongs to {copy.owner} and {live} to {found.owner}, so the site could not use it. "
            f"Nothing was done. Restore it again as {found.owner}, under another name."
        )


def swap(into: str, *, disconnect: bool) -> str:
    """Give the restored database the live one's name; the live one gets a dated name, which is returned.

    Raises OperationError, with both unchanged, if this role may not, if the rights of the copy could not be
    made those of the live one, or if either has other connections, unless `disconnect` ends those. The caller
    has closed its own connection to the live database.
    """
    live = database_server.live()
    refuse_wrong_role(into)
    with _only_one() as database:
        now: datetime = database.execute("SELECT clock_timestamp()").fetchone()[0]  # type: ignore[index]
        # A name has 63 bytes.
        kept = live.encode()[:46].decode(errors="ignore")
        old = f"{kept}_{now:%Y%m%d_%H%M%S}"
        _refuse_sessions(database, live, into, disconnect=disconnect)
        try:
            _copy_rights(database, live, into)
        except psycopg.Error as error:
            raise _refusal(error) from error
        _set_rights_inside(database, into)
        _rename(database, live, into, old)
    return old


@contextlib.contextmanager
def _only_one() -> Iterator[psycopg.Connection]:
    """Yield a connection to the maintenance database; it keeps every other swap of this server out."""
    with database_server.connect(database_server.MAINTENANCE) as database:
        free = database.execute("SELECT pg_try_advisory_lock(%s)", [int(AdvisoryLock.DATABASE_SWAP)])
        if free.fetchone() != (True,):
            raise OperationError("Another swap is running on this server. Nothing was swapped.")
        yield database


def _refuse_sessions(database: psycopg.Connection, live: str, into: str, *, disconnect: bool) -> None:
    count = database.execute(OTHERS, [[live, into]]).fetchone()[0]  # type: ignore[index]
    if count and not disconnect:
        raise OperationError(
            f"{count} connections to {live} or {into} are open, so nothing was swapped. Stop web, "
            "worker, beat and clock first (maintenance is not enough), or add --disconnect, which ends them."
        )
    whose = database.execute(NOT_OURS, [[live, into]]).fetchone()[0]  # type: ignore[index]
    if whose:
        raise OperationError(
            f"This role may not end the sessions of {whose} in {live} or {into}, so nothing was swapped. "
            "Close them, or run this as a superuser."
        )


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
    limit = database.execute(CONNECTION_LIMIT, [live]).fetchone()[0]  # type: ignore[index]
    database.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(name, sql.Literal(limit)))


def _set_rights_inside(database: psycopg.Connection, into: str) -> None:
    """Give the site's roles their rights in the copy, as they have them in the live database.

    Raises OperationError if db_roles would still find a difference there.
    """
    names = [roles.name(kind) for kind in roles.KINDS]
    made = database.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)", [names]).fetchone()
    if made == (0,):
        return
    done = database_server.manage(into, "db_roles")
    if not done.returncode:
        done = database_server.manage(into, "db_roles", "--check")
    if done.returncode:
        why = (done.stdout + done.stderr).strip().splitlines() or ["no reason was given"]
        raise OperationError(f"Nothing was swapped: in {into} the roles lack their rights. {why[0]}")


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
    return OperationError(f"Nothing was swapped; both databases keep their names and contents: {error}")
