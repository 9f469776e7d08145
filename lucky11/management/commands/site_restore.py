"""Restore a whole site from its backup."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from lucky11.operations import OperationError, database_server
from lucky11.operations.backups import site
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    server_roles = (acting.BACKUP, acting.OWNER)
    help = (
        "Restore a backup of the whole site: check every part first, restore the database beside the live "
        "one as db_restore does, write pictures and seals that are not here, and say which keys lack."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", help="the backup's name, as db_backups lists it")
        parser.add_argument("--into", required=True, metavar="NAME", help="the new database")
        parser.add_argument("--migrate", action="store_true", help="accept a backup of an older version")
        parser.add_argument("--no-privileges", action="store_true", help="do not restore grants to roles")
        parser.add_argument("--swap", action="store_true", help="replace the live database with it")
        parser.add_argument("--disconnect", action="store_true", help="with --swap: end other connections")

    def operate(self, *, backup: str, into: str, swap: bool, disconnect: bool, **options: Any) -> None:
        described = site.describe(backup)
        site.check_files(backup)
        self.say(f"{backup}: {len(described['files']['of'])} pictures and seals are whole.")
        given = {name: options[name] for name in ("migrate", "no_privileges")}
        call_command("db_restore", backup, into=into, stdout=self.stdout, **given)
        site.restore_files(backup, self.say)
        sealed = database_server.manage(into, "check_integrity", "--seals")
        if sealed.returncode:
            raise OperationError(f"The restored ledger does not match its seals: {sealed.stdout[-1000:]}")
        if swap:
            call_command(
                "db_restore", backup, into=into, swap=True, disconnect=disconnect, stdout=self.stdout, **given
            )
        for each in site.missing_keys(described):
            self.say(f"STILL MISSING on this machine: {each}.")
