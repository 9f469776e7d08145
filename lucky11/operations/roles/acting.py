"""Which of the database's roles a command acts as, and whether it may.

A superuser counts as each role, and a member of a role as that one. Where db_roles was never run, whoever
owns the database or its tables counts as each role, and anybody else as each but the owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from lucky11.operations import OperationError, database_server
from lucky11.operations.roles import roles

SUPERUSER, OWNER, APP, BACKUP, REPORT = "superuser", *roles.KINDS
# The files of variables that docs/deployment.md makes, by the role that the first of them names.
FILES = {APP: "site", OWNER: "owner", BACKUP: "backup", REPORT: "report", SUPERUSER: "superuser"}
FOLDER = "/etc/lucky11"

WHO = """
    SELECT current_user::text, me.rolsuper, owner_of.rolname::text,
           pg_has_role(current_user, datdba, 'USAGE') OR EXISTS (
               SELECT 1 FROM pg_class WHERE oid = to_regclass('public.django_migrations')
                                        AND pg_has_role(current_user, relowner, 'USAGE')),
           ARRAY(SELECT rolname::text FROM pg_roles r
                 WHERE rolname = ANY(%s) AND pg_has_role(current_user, r.oid, 'USAGE'))
    FROM pg_roles me, pg_database JOIN pg_roles owner_of ON owner_of.oid = datdba
    WHERE me.rolname = current_user AND datname = current_database()"""


@dataclass(frozen=True)
class Acting:
    """The name of the role of a connection, and the kinds of roles that it counts as."""

    name: str
    kinds: frozenset[str]

    def may(self, allowed: Sequence[str]) -> bool:
        """Say whether one of these kinds is enough, and this is one of them."""
        return not self.kinds.isdisjoint(allowed)


def of_site() -> Acting:
    """Return the role of the site's own connection, DATABASE_URL."""
    with connection.cursor() as cursor:
        cursor.execute(WHO, [_names()])
        return _acting(*cursor.fetchone())


def of_server() -> Acting:
    """Return the role that PostgreSQL's own programs work as: of BACKUP_DATABASE_URL, if it is set."""
    if not settings.BACKUP_DATABASE:
        return of_site()
    with database_server.connect() as database:
        return _acting(*(database.execute(WHO, [_names()]).fetchone() or ()))


def refuse_others(command: str, allowed: Sequence[str]) -> None:
    """Raise OperationError unless DATABASE_URL names one of the kinds that may run the command."""
    acting = of_site()
    if not acting.may(allowed):
        raise OperationError(
            f"{command} is for {_told(allowed)}, and DATABASE_URL names {acting.name}, which has not all the "
            f"rights it needs. Nothing was done. Run it so: LUCKY11_ENV_FILE={_files(allowed[0])} "
            f'manage.py {command} (docs/operations.md, "Commands and their roles").'
        )


def refuse_other_servers_roles(command: str, allowed: Sequence[str]) -> None:
    """Raise OperationError unless PostgreSQL's programs work as one of these kinds."""
    acting = of_server()
    if not acting.may(allowed):
        raise OperationError(
            f"{command} reads the whole database as {_told(allowed)}, and works as {acting.name} here, which "
            f"may not. Nothing was done. Set BACKUP_DATABASE_URL to the address of {_role(allowed[0])}, or "
            f"run it so: LUCKY11_ENV_FILE={_files(allowed[0])} manage.py {command}."
        )


def _acting(name: str, superuser: bool, owner: str, owns: bool, members: list[str]) -> Acting:
    if superuser:
        return Acting(name, frozenset({SUPERUSER, *roles.KINDS}))
    if owner == roles.name(OWNER):
        return Acting(name, frozenset(kind for kind in roles.KINDS if roles.name(kind) in members))
    return Acting(name, frozenset(kind for kind in roles.KINDS if owns or kind != OWNER))


def _names() -> list[Any]:
    return [roles.name(kind) for kind in roles.KINDS]


def _told(allowed: Sequence[str]) -> str:
    return " or ".join(map(_role, allowed))


def _role(kind: str) -> str:
    return "a superuser" if kind == SUPERUSER else roles.name(kind)


def _files(kind: str) -> str:
    first = [] if kind == APP else [FILES[kind]]
    return ":".join(f"{FOLDER}/{file}.env" for file in (*first, FILES[APP]))
