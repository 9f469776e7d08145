"""Restore the newest backup for a test."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations.backups.drill import drill
from lucky11.operations.commands import Operation


class Command(Operation):
    help = (
        "Restore a backup (the newest) into a scratch database, check its rows and books, read a player who "
        "signs in, and note the result. The scratch database is always dropped. Exit code 1: it failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", nargs="?", help="its name; default: the newest")

    def operate(self, *, backup: str | None, **options: Any) -> None:
        self.say(drill(self.say, backup))
