"""The base of the commands for operators."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from django.core.management.base import BaseCommand
from django.db import OperationalError

from lucky11.operations import failures
from lucky11.operations.roles import acting


class Operation(BaseCommand):
    """A command that refuses with a sentence and exit code 1, and makes no database checks first.

    `roles` are the roles that DATABASE_URL may name, the usual one first, such as `(acting.OWNER,)`; an empty
    one needs no database. `server_roles` are those that PostgreSQL's own programs may work as. Both are asked
    before anything is done; `works_without_database` is for what has to answer when no role can be asked.
    `only_reads` is for what changes nothing, so that an error can say so.
    """

    requires_system_checks: list[str] | tuple[str, ...] | Literal["__all__"] = []
    requires_migrations_checks = False
    roles: ClassVar[Sequence[str] | None] = None
    server_roles: ClassVar[Sequence[str]] = ()
    works_without_database: ClassVar[bool] = False
    only_reads: ClassVar[bool] = False

    def handle(self, *args: Any, **options: Any) -> Any:
        looks_only = self.only_reads or any(options.get(name) for name in ("dry_run", "plan", "check"))
        progress = failures.Progress(changes=not looks_only)
        with failures.in_sentences(progress):
            refuse_other_roles(self, self.needed_roles(options), self.server_roles)
            progress.begun = True
            return self.operate(*args, **options)

    def operate(self, *args: Any, **options: Any) -> Any:
        """Do the command's work. Raises OperationError."""
        raise NotImplementedError

    def needed_roles(self, options: dict[str, Any]) -> Sequence[str] | None:
        """Return the roles that may run the command with these options."""
        return self.roles

    def say(self, words: str) -> None:
        """Print a line for the operator at once."""
        self.stdout.write(words)
        self.stdout.flush()


def refuse_other_roles(
    command: BaseCommand, needed: Sequence[str] | None, server: Sequence[str] = ()
) -> None:
    """Raise OperationError if the database's roles in use may not run the command."""
    name = type(command).__module__.rpartition(".")[2]
    try:
        if needed:
            acting.refuse_others(name, needed)
        if server:
            acting.refuse_other_servers_roles(name, server)
    except OperationalError:
        if not getattr(command, "works_without_database", False):
            raise
