"""Go back to an earlier migration, with a backup first."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from lucky11.operations.commands import Operation
from lucky11.operations.schema import backup_gate, rollback
from lucky11.operations.schema import plan as planning


class Command(Operation):
    help = (
        "Take migrations back until NNNN (or zero) is the app's newest: says what goes with them, backs up, "
        "then does it. What cannot go back is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app")
        parser.add_argument("migration", metavar="NNNN")
        parser.add_argument("--plan", action="store_true", help="only say what would be done")
        backup_gate.add_limits(parser)

    def operate(self, *, app: str, migration: str, plan: bool, **options: Any) -> None:
        steps = rollback.plan(app, migration)
        if not steps:
            self.say(f"{app} {migration} is the newest already. Nothing to take back.")
            return
        self.say(planning.told(steps))
        for loss in rollback.losses(steps):
            self.say(f"LOST unless restored from the backup: {loss}.")
        if plan:
            return
        backup_gate.back_up_first(self.say, "going back")
        target = [app, migration]
        call_command("migrate", *target, interactive=False, stdout=self.stdout, **backup_gate.limits(options))
        self.say(f"{len(steps)} migrations taken back.")
