"""Restore a whole site from its backup."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from lucky11.operations import OperationError, database_server
from lucky11.operations.backups import restore, site, swap
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    server_roles = (acting.BACKUP, acting.OWNER)
    help = (
        "Restore a backup of the whole site: check every part first, restore the database beside the live "
        "one as db_restore does, write pictures and seals that are not here, and say which keys lack. With "
        "--swap, as the owner, the new database then replaces the live one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", help="the backup's name, as db_backups lists it")
        parser.add_argument("--into", required=True, metavar="NAME", help="the new database")
        parser.add_argument("--migrate", action="store_true", help="accept a backup of an older version")
        parser.add_argument("--no-privileges", action="store_true", help="do not restore grants to roles")
        parser.add_argument("--swap", action="store_true", help="replace the live database with it")
        parser.add_argument("--disconnect", action="store_true", help="with --swap: end other connections")
        parser.add_argument(
            "--without-keys", action="store_true", help="go on although ENCRYPTION_KEYS lacks a key"
        )

    def operate(self, **options: Any) -> None:
        with database_server.owner_first():
            self._restore(**options)

    def _restore(self, *, backup: str, into: str, **options: Any) -> None:
        described = site.describe(backup)
        lacking = site.missing_keys(described)
        self._tell(lacking)
        if "ENCRYPTION_KEYS" in lacking and not options["without_keys"]:
            raise OperationError(
                "ENCRYPTION_KEYS lacks a key of this site, so nothing was changed. "
                f"{site.MEANING['ENCRYPTION_KEYS']} "
                "Add the key, or accept that for ever: --without-keys."
            )
        if options["swap"]:
            swap.refuse_wrong_role(into)
        site.check_files(backup)
        self.say(f"{backup}: {len(described['files']['of'])} pictures and seals are whole.")
        self._restore_database(backup, into, **options)
        site.restore_files(backup, self.say)
        sealed = database_server.manage(into, "check_integrity", "--seals")
        if sealed.returncode:
            raise OperationError(f"The restored ledger does not match its seals: {sealed.stdout[-1000:]}")
        if options["swap"]:
            given = {name: options[name] for name in ("migrate", "no_privileges", "disconnect")}
            call_command("db_restore", backup, into=into, swap=True, stdout=self.stdout, **given)
        else:
            self.say(f"The live database {database_server.live()} was not touched. Add --swap to replace it.")
        self._tell(lacking)

    def _restore_database(
        self, backup: str, into: str, *, migrate: bool, no_privileges: bool, **options: Any
    ) -> None:
        if restore.restored_from(into) == backup:
            self.say(f"{into} was already restored from {backup}.")
        else:
            restore.restore_beside(backup, into, self.say, migrate=migrate, grants=not no_privileges)

    def _tell(self, lacking: dict[str, list[str]]) -> None:
        for sentences in lacking.values():
            for each in sentences:
                self.say(f"STILL MISSING on this machine: {each}")
