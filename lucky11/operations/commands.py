"""The base of the commands for operators."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from lucky11.operations import OperationError
from lucky11.operations.roles import acting


class Operation(BaseCommand):
    """A command that refuses with a sentence and exit code 1, and makes no database checks first.

    `roles` are the roles that DATABASE_URL may name, the usual one first, such as `(acting.OWNER,)`; an empty
    one needs no database. `server_roles` are those that PostgreSQL's own programs may work as. Both are asked
    before anything is done; `works_without_database` is for what has to answer when no role can be asked.
    """

    requires_system_checks: list[str] | tuple[str, ...] | Literal["__all__"] = []
    requires_migrations_checks = False
    roles: ClassVar[Sequence[str] | None] = None
    server_roles: ClassVar[Sequence[str]] = ()
    works_without_database: ClassVar[bool] = False

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            refuse_other_roles(self, options)
            self.operate(*args, **options)
        except OperationError as reason:
            raise CommandError(str(reason)) from reason
        except psycopg.Error as reason:
            raise CommandError(
                f"The database server reported an error: {str(reason).strip()}. "
                "Nothing was changed in the live database."
            ) from reason

    def operate(self, *args: Any, **options: Any) -> None:
        """Do the command's work. Raises OperationError."""
        raise NotImplementedError

    def needed_roles(self, options: dict[str, Any]) -> Sequence[str] | None:
        """Return the roles that may run the command with these options."""
        return self.roles

    def say(self, words: str) -> None:
        """Print a line for the operator at once."""
        self.stdout.write(words)
        self.stdout.flush()


def refuse_other_roles(command: Operation, options: dict[str, Any]) -> None:
    """Raise OperationError if the database's roles in use may not run the command with these options."""
    name = type(command).__module__.rpartition(".")[2]
    needed = command.needed_roles(options)
    try:
        if needed:
            acting.refuse_others(name, needed)
        if command.server_roles:
            acting.refuse_other_servers_roles(name, command.server_roles)
    except OperationalError:
        if not command.works_without_database:
            raise
