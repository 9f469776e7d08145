"""Restore a backup beside the live database, and swap it in if asked."""

from typing import Any

from django.core.management.base import CommandParser
from django.db import connections

from draws.proof import standing
from lucky11.operations import OperationError, database_server, runs
from lucky11.operations.backups import restore, verify
from lucky11.operations.backups import swap as swapping
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    server_roles = (acting.BACKUP, acting.OWNER)
    help = (
        "Restore a backup into a new database NAME and check it there. With --swap, NAME then replaces the "
        "live database, which is kept under a dated name. Until then the live database is not touched."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", help="the backup's name, as db_backups lists it")
        parser.add_argument("--into", required=True, metavar="NAME", help="the new database")
        parser.add_argument(
            "--migrate", action="store_true", help="accept a backup of an older version and migrate the copy"
        )
        parser.add_argument("--no-privileges", action="store_true", help="do not restore grants to roles")
        parser.add_argument("--swap", action="store_true", help="replace the live database with it")
        parser.add_argument("--disconnect", action="store_true", help="with --swap: end other connections")

    def operate(self, **options: Any) -> None:
        with database_server.owner_first():
            self._restore(**options)

    def _restore(self, *, backup: str, into: str, swap: bool, **options: Any) -> None:
        if swap:
            swapping.refuse_wrong_role(into)
        if swap and restore.restored_from(into) == backup:
            checks = verify.refuse_bad_books(into)
            self.say(f"{into} was already restored from {backup}; check_integrity is clean: {checks} checks.")
        else:
            grants, migrate = not options["no_privileges"], options["migrate"]
            restore.restore_beside(backup, into, self.say, migrate=migrate, grants=grants)
        if not swap:
            self.say(
                f"The live database {database_server.live()} was not touched. " + self._next(backup, into)
            )
            return
        self._swap(backup, into, disconnect=options["disconnect"])

    def _next(self, backup: str, into: str) -> str:
        found = database_server.rights(into)
        owner = database_server.rights(database_server.live())
        if found and owner and found.owner != owner.owner:
            return f"To put a copy in its place, restore one as {owner.owner} (docs/operations.md)."
        return f"To put {into} in its place: manage.py db_restore {backup} --into {into} --swap"

    def _swap(self, backup: str, into: str, *, disconnect: bool) -> None:
        live = database_server.live()
        connections.close_all()
        try:
            old = swapping.swap(into, disconnect=disconnect)
        except OperationError as reason:
            raise OperationError(f"{reason} {into} is restored and verified, and is kept.") from reason
        with runs.record("db_restore", backup=backup, kept=old) as run:
            run.summary = f"{live} now has the contents of {backup}; the previous database is kept as {old}."
        self.say(f"{run.summary} Changes since the backup are only in {old}.")
        if not standing.is_whole():
            self.say(
                "The log lacks records of draws that were published, so nothing is sold or drawn now. Run "
                "manage.py after_restore next (docs/operations.md, After a restore)."
            )
