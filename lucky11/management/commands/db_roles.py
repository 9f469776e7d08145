"""The database's roles and their rights: made, kept up to date, checked."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from lucky11.operations import OperationError
from lucky11.operations.roles import roles


class Command(BaseCommand):
    help = (
        "Make the roles owner, app, backup and report (named by DATABASE_ROLES) with the least rights each "
        "needs, or bring them up to date; run again, it changes nothing. Their passwords are set by "
        "psql's \\password. Needs a superuser, or for grants alone the owner."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--dry-run", action="store_true", help="print the SQL and do nothing")
        only.add_argument(
            "--check", action="store_true", help="name each difference; exit code 1 if there is one"
        )

    def handle(self, *args: Any, dry_run: bool, check: bool, **options: Any) -> None:
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
            raise CommandError(f"The roles were left as they were: {error}") from error
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
            self.stdout.write(f"{len(found)} differences; `manage.py db_roles` puts them right.")
            sys.exit(1)
        self.stdout.write("Every role has the rights it needs, and no others.")
