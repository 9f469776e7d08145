"""Take the site to the version of this code."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting
from lucky11.operations.schema import backup_gate
from lucky11.operations.upgrades import run, steps


class Command(Operation):
    roles = (acting.OWNER,)
    server_roles = (acting.BACKUP, acting.OWNER)
    help = (
        "Take the site to the version of this code: check, back up, maintenance on, migrate, collect "
        "static files, restart by UPGRADE_RESTART_COMMAND, verify, maintenance off. If a step fails, what "
        "was done is undone. If it is killed, run it again. Needs the owner's role."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", action="store_true", help="only show the steps and pending migrations")
        parser.add_argument("--undo", action="store_true", help="undo an upgrade that was interrupted")
        parser.add_argument("--despite-drift", action="store_true", help="accept a database that differs")
        parser.add_argument(
            "--unreleased", action="store_true", help="accept a database that is not in a release's state"
        )
        parser.add_argument(
            "--wait", type=float, default=120, metavar="SECONDS", help="for the site to start (default 120)"
        )
        backup_gate.add_limits(parser)

    def operate(self, *, plan: bool, undo: bool, **options: Any) -> None:
        if plan:
            self.say(steps.plan_text())
            return
        accepted = {name: options[name] for name in ("despite_drift", "unreleased", "wait")}
        chosen = steps.Options(**accepted, limits=backup_gate.limits(options))
        (run.undo if undo else run.upgrade)(self.say, chosen)
