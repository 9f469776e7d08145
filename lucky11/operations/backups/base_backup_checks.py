"""Whether the server and the role allow a base backup with an archive, and what is missing if they do not."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from lucky11.operations import OperationError, database_server, failures

# The address as pg_hba.conf writes it; NULL over a socket.
STATE = """
    SELECT current_user::text AS role, rolsuper OR rolreplication AS may_replicate,
           inet_client_addr()::text AS address, current_setting('wal_level') AS wal_level,
           current_setting('max_wal_senders')::int AS senders,
           current_setting('archive_mode') AS archive_mode, current_setting('archive_command') AS command,
           coalesce(current_setting('archive_library', true), '') AS library,
           CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity') THEN last_failed_wal END
               AS refused
    FROM pg_roles, pg_stat_archiver WHERE rolname = current_user"""
# One sends the files, the other the log that is written meanwhile.
SENDERS = 2


@dataclass(frozen=True)
class _State:
    role: str
    may_replicate: bool
    address: str | None
    wal_level: str
    senders: int
    archive_mode: str
    command: str
    library: str
    refused: str | None


def refuse_unprepared() -> None:
    """Raise OperationError, which names all that is missing, unless a base backup can be of use."""
    with database_server.connect() as database:
        state = database.cursor(row_factory=class_row(_State)).execute(STATE).fetchone()
        encrypted = bool(database.pgconn.ssl_in_use)
    assert state is not None
    missing = [*_of_the_role(state, encrypted), *_of_the_archive(state)]
    if missing:
        raise OperationError(
            f"No base backup was taken, because this is missing: {'; '.join(missing)}. See "
            'docs/operations.md, "Data Recovery".'
        )


def _of_the_role(state: _State, encrypted: bool) -> Iterator[str]:
    if not state.may_replicate:
        yield f"{state.role} has no REPLICATION (run manage.py db_roles as a superuser)"
    if state.wal_level == "minimal":
        yield "wal_level is minimal (set it to replica, and restart PostgreSQL)"
    if state.senders < SENDERS:
        yield f"max_wal_senders is {state.senders} (set it to {SENDERS} or more, and restart PostgreSQL)"
        return
    refusal = _refusal()
    if "pg_hba.conf" in refusal:
        kind = ("hostssl" if encrypted else "host") if state.address else "local"
        line = " ".join(filter(None, (kind, "replication", state.role, state.address, "scram-sha-256")))
        yield f"pg_hba.conf has no line for replication (add `{line}`, and reload PostgreSQL)"
    elif refusal and state.may_replicate:
        yield f"PostgreSQL lets {state.role} in, but not for replication ({refusal})"


def _of_the_archive(state: _State) -> Iterator[str]:
    if state.archive_mode == "off":
        yield "archive_mode is off (set it to on, and restart PostgreSQL)"
    elif not state.command and not state.library:
        yield "archive_command is empty (set it to bin/archive-wal, and reload PostgreSQL)"
    elif state.refused:
        yield f"archive_command fails, last for {state.refused} (PostgreSQL's log says why)"


def _refusal() -> str:
    """Return why a connection for replication is refused, or "" if it is not."""
    try:
        psycopg.connect(**database_server.parameters(), replication="true", autocommit=True).close()  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        return failures.reason(error)
    return ""
