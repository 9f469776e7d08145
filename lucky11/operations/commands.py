"""What the commands for operators share."""

from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError

from lucky11.operations import OperationError


class Operation(BaseCommand):
    """A command whose refusals are a sentence and exit code 1; it asks nothing of the database first."""

    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.operate(**options)
        except OperationError as reason:
            raise CommandError(str(reason)) from reason
        except psycopg.Error as reason:
            raise CommandError(
                f"The database server did not do what was needed: {str(reason).strip()}. "
                "Nothing was changed in the live database."
            ) from reason

    def operate(self, *args: Any, **options: Any) -> None:
        """Do what the command is for. Raises OperationError."""
        raise NotImplementedError

    def say(self, words: str) -> None:
        """A line for whoever ran it, at once."""
        self.stdout.write(words)
        self.stdout.flush()
