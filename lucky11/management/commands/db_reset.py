"""Empty a development database and migrate it again; refuses production and a wrong name."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError, connection, transaction

from draws.proof import standing
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.OWNER,)
    help = "Remove everything in the development database and migrate it again; --seed adds the demo data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--i-mean", required=True, metavar="NAME", help="the name of the database to empty"
        )
        parser.add_argument("--seed", action="store_true", help="then run `manage.py seed`")

    def operate(self, *args: Any, i_mean: str, seed: bool, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        if not settings.DEBUG:
            raise CommandError(
                "DEBUG is off, so this is a production configuration, and db_reset removes every coin and "
                "ticket. Nothing was changed. To restore a backup, see docs/operations.md."
            )
        if i_mean != name:
            raise CommandError(f"This database is {name}, not {i_mean}. Nothing was changed.")
        try:
            self._empty()
        except OperationalError as error:
            raise CommandError(
                f"The database is in use and was not changed: {error}. Stop bin/run and try again."
            ) from error
        call_command("migrate", interactive=False, verbosity=options["verbosity"], stdout=self.stdout)
        standing.begin_anew()
        if seed:
            call_command("seed", stdout=self.stdout)
        self.stdout.write(f"{name} is empty and migrated.")

    @transaction.atomic
    def _empty(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute("SET LOCAL client_min_messages = warning")
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
            cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
