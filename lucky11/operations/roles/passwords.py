"""The passwords of the roles, where the environment gives them: for containers, which nobody types into."""

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from lucky11.operations import OperationError
from lucky11.operations.roles import roles

SAME_FOR_ALL = ("host", "port", "dbname", "sslmode", "sslrootcert")


def wanted() -> dict[str, str]:
    """Return the passwords of DATABASE_ROLE_PASSWORDS by the roles' names; none if it is not set.

    Raises OperationError for what is no role, or no password.
    """
    given = settings.DATABASE_ROLE_PASSWORDS
    if not isinstance(given, dict):
        raise OperationError('DATABASE_ROLE_PASSWORDS is not like {"owner": "…"}. Nothing was changed.')
    for kind, password in given.items():
        if kind not in roles.KINDS:
            raise OperationError(
                f"DATABASE_ROLE_PASSWORDS names {kind!r}, which is not one of {', '.join(roles.KINDS)}. "
                "Nothing was changed."
            )
        if not (isinstance(password, str) and password):
            raise OperationError(
                f"DATABASE_ROLE_PASSWORDS has no password for {kind}: give one, or leave the role out. "
                "Nothing was changed."
            )
    return {roles.name(kind): password for kind, password in given.items()}


def apply(passwords: dict[str, str]) -> list[str]:
    """Give the roles these passwords; return the names of the roles to which they were new.

    The server is sent the password's SCRAM verifier, so that no log of it can hold the password.
    """
    new = {role: password for role, password in passwords.items() if not _signs_in(role, password)}
    with transaction.atomic(), connection.cursor() as cursor:
        for role, password in new.items():
            secret = cursor.connection.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            )
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
            cursor.execute(statement.format(sql.Identifier(role), sql.Literal(secret.decode())))
    return list(new)


def _signs_in(role: str, password: str) -> bool:
    parameters = connection.get_connection_params()
    known = {name: parameters[name] for name in SAME_FOR_ALL if name in parameters}
    try:
        psycopg.connect(**known, user=role, password=password, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
