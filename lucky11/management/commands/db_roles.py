"""Create, update and check the database's roles and their rights."""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from lucky11.operations import OperationError
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting, roles


class Command(Operation):
    roles = (acting.SUPERUSER, acting.OWNER)
    help = (
        "Create or update the roles owner, app, backup and report (named by DATABASE_ROLES) with the least "
        "rights each needs. Running it again changes nothing. Set their passwords with \\password in psql. "
        "Needs a superuser, or the owner if only grants change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--dry-run", action="store_true", help="print the SQL without running it")
        only.add_argument(
            "--check", action="store_true", help="list the differences; exit code 1 if there are any"
        )

    def needed_roles(self, options: dict[str, Any]) -> Sequence[str] | None:
        # The catalogue is open to every role.
        looks_only = options["check"] or options["dry_run"]
        return (acting.SUPERUSER, *roles.KINDS) if looks_only else self.roles

    def operate(self, *args: Any, dry_run: bool, check: bool, **options: Any) -> None:
        if check:
            self._check()
            return
        if dry_run:
            for difference in roles.differences():
                self.stdout.write(f"{difference.statement};")
            return
        try:
            done = roles.apply()
        except (OperationError, DatabaseError) as error:
            raise CommandError(f"The roles were not changed: {error}") from error
        for difference in done:
            self.stdout.write(f"{difference.statement};")
        self.stdout.write(
            f"{len(done)} changed." if done else "Nothing to change: the roles have the rights they need."
        )

    def _check(self) -> None:
        found = roles.differences()
        for difference in found:
            self.stdout.write(str(difference))
        if found:
            self.stdout.write(f"{len(found)} differences; run `manage.py db_roles` to fix them.")
            sys.exit(1)
        self.stdout.write("Every role has the rights it needs, and no others.")
