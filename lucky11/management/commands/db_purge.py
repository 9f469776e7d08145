"""Remove expired rows; never the ledger, a draw, a ticket, a win or the log."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations import retention
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP, acting.OWNER)
    help = (
        "Remove expired sessions, old messages that were read, old emails that were sent, and old "
        "operations and incidents. Beat does this every night. It never removes coins, draws, tickets, "
        "wins or the site's log."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only show what would be removed")

    def operate(self, *args: Any, dry_run: bool, **options: Any) -> None:
        found = retention.count() if dry_run else retention.purge()
        what = "to remove" if dry_run else "removed"
        for part in retention.PARTS:
            self.stdout.write(f"{part.name:<16} {found[part.name]:>9,} {what}; kept {part.kept}.")
