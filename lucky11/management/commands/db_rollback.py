"""Go back to an earlier migration, with a backup first."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting
from lucky11.operations.schema import backup_gate, rollback
from lucky11.operations.schema import plan as planning


class Command(Operation):
    roles = (acting.OWNER,)
    help = (
        "Roll back migrations until NNNN (or zero) is the app's newest: show what will be lost, back up, "
        "then do it. Refuses migrations that cannot be rolled back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app")
        parser.add_argument("migration", metavar="NNNN")
        parser.add_argument("--plan", action="store_true", help="only show what would be done")
        backup_gate.add_limits(parser)

    def operate(self, *, app: str, migration: str, plan: bool, **options: Any) -> None:
        steps = rollback.plan(app, migration)
        if not steps:
            self.say(f"{app} {migration} is already the newest. Nothing to roll back.")
            return
        self.say(planning.told(steps))
        for loss in rollback.losses(steps):
            self.say(f"LOST unless restored from the backup: {loss}.")
        if plan:
            return
        backup_gate.back_up_first(self.say, "the rollback")
        target = [app, migration]
        call_command("migrate", *target, interactive=False, stdout=self.stdout, **backup_gate.limits(options))
        self.say(f"{len(steps)} migrations rolled back.")
