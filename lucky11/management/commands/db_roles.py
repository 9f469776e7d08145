"""Create, update and check the database's roles and their rights."""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from lucky11.operations import OperationError
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting, passwords, roles


class Command(Operation):
    roles = (acting.SUPERUSER, acting.OWNER)
    help = (
        "Create or update the roles owner, app, backup and report (named by DATABASE_ROLES) with the least "
        "rights each needs. Running it again changes nothing. Set their passwords with \\password in "
        "psql, or name them in DATABASE_ROLE_PASSWORDS. "
        "Needs a superuser, or the owner if only grants change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--dry-run", action="store_true", help="print the SQL without running it")
        only.add_argument(
            "--in-use",
            action="store_true",
            help="only say whether the roles own this database; exit code 1 if not",
        )
        only.add_argument(
            "--check", action="store_true", help="list the differences; exit code 1 if there are any"
        )

    def needed_roles(self, options: dict[str, Any]) -> Sequence[str] | None:
        # The catalogue is open to every role.
        looks_only = options["check"] or options["dry_run"] or options["in_use"]
        return (acting.SUPERUSER, *roles.KINDS) if looks_only else self.roles

    def operate(self, *args: Any, dry_run: bool, check: bool, in_use: bool, **options: Any) -> None:
        if check:
            self._check()
            return
        if in_use:
            self._say_if_in_use()
            return
        if dry_run:
            for difference in roles.differences():
                self.stdout.write(f"{difference.statement};")
            return
        wanted = passwords.wanted()
        try:
            done = roles.apply()
        except (OperationError, DatabaseError) as error:
            raise CommandError(f"The roles were not changed: {error}") from error
        for difference in done:
            self.stdout.write(f"{difference.statement};")
        self.stdout.write(
            f"{len(done)} changed." if done else "Nothing to change: the roles have the rights they need."
        )
        for role in passwords.apply(wanted):
            self.stdout.write(f"{role} has the password of DATABASE_ROLE_PASSWORDS.")

    def _say_if_in_use(self) -> None:
        if not roles.in_use():
            self.stdout.write("The roles do not own this database yet.")
            sys.exit(1)
        self.stdout.write("The roles own this database.")

    def _check(self) -> None:
        found = roles.differences()
        for difference in found:
            self.stdout.write(str(difference))
        if found:
            self.stdout.write(f"{len(found)} differences; run `manage.py db_roles` to fix them.")
            sys.exit(1)
        self.stdout.write("Every role has the rights it needs, and no others.")
