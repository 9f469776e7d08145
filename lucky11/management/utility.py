"""Every command of manage.py, Django's own too, refuses other roles first and tells errors in sentences."""

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand

from lucky11.operations import commands, failures
from lucky11.operations.roles import acting

# Django's own commands, which cannot declare their roles, as far as they write to the database.
ROLES: dict[str, Sequence[str]] = {
    "changepassword": (acting.APP, acting.OWNER),
    "createsuperuser": (acting.APP, acting.OWNER),
    "flush": (acting.OWNER,),
    "loaddata": (acting.OWNER,),
    "remove_stale_contenttypes": (acting.OWNER,),
    "showmigrations": (acting.APP, acting.OWNER, acting.BACKUP),
}


class Utility(ManagementUtility):
    """Django's, with the same manners for each command."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        # Ours ask in `handle`, so that they do it also when another command calls them.
        ours = isinstance(command, commands.Operation)
        needed = None if ours else getattr(command, "roles", ROLES.get(subcommand))
        command.execute = _with_manners(command, needed)  # type: ignore[method-assign]
        return command


def run(arguments: list[str]) -> None:
    """Run the command of the arguments; an error of the machine or a server is a sentence and exit code 1."""
    try:
        Utility(arguments).execute()
    except KeyboardInterrupt:
        # Before or after the command itself.
        sys.exit(failures.INTERRUPTED)


def _with_manners(command: BaseCommand, needed: Sequence[str] | None) -> Callable[..., Any]:
    execute, progress = command.execute, failures.Progress(changes=True)

    @functools.wraps(execute)
    def asked_and_told(*args: Any, **options: Any) -> Any:
        with failures.in_sentences(progress):
            commands.refuse_other_roles(command, needed)
            progress.begun = True
            return execute(*args, **options)

    return asked_and_told
