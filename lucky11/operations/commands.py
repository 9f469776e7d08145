"""The base of the commands for operators."""

from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError

from lucky11.operations import OperationError


class Operation(BaseCommand):
    """A command that refuses with a sentence and exit code 1, and makes no database checks first."""

    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.operate(**options)
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

    def say(self, words: str) -> None:
        """Print a line for the operator at once."""
        self.stdout.write(words)
        self.stdout.flush()
