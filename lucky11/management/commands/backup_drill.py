"""Restore the newest backup as a test."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations.backups.drill import drill
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    server_roles = (acting.BACKUP, acting.OWNER)
    help = (
        "Restore a backup (by default the newest) into a scratch database, check its rows and its books, "
        "read a player as sign-in does, and record the result. The scratch database is always dropped. "
        "Exit code 1: the drill failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", nargs="?", help="the backup's name (default: the newest)")

    def operate(self, *, backup: str | None, **options: Any) -> None:
        self.say(drill(self.say, backup))
