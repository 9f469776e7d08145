"""Migrate, with a backup first."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting
from lucky11.operations.schema import backup_gate
from lucky11.operations.schema import plan as planning


class Command(Operation):
    roles = (acting.OWNER,)
    help = (
        "Show what the pending migrations do, back up, and apply them under timeouts (as migrate does). "
        "Nothing is migrated without a backup."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", action="store_true", help="only show what would be done")
        parser.add_argument(
            "--without-backup", action="store_true", help="for a database that you can afford to lose"
        )
        backup_gate.add_limits(parser)

    def operate(self, *, plan: bool, without_backup: bool, **options: Any) -> None:
        steps = planning.steps_to()
        if not steps:
            self.say("Nothing to migrate.")
            return
        self.say(planning.told(steps))
        if plan:
            return
        if not without_backup:
            backup_gate.back_up_first(self.say, "the migration")
        call_command("migrate", interactive=False, stdout=self.stdout, **backup_gate.limits(options))
        self.say(f"{len(steps)} migrations applied.")
