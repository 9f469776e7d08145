"""Check every alert once, and report what is new."""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from lucky11.monitoring import alerts, incidents
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP,)
    # It is the one that says that the database does not answer.
    works_without_database = True
    help = (
        "Check every alert once; email ALERT_EMAILS and call ALERT_WEBHOOK_URL about new alerts and alerts "
        "that are over. Beat does this every minute. Exit code 0: all is well; 1: something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--once", action="store_true", help="check once (which it always does)")

    def operate(self, *args: Any, json: bool, **options: Any) -> None:
        wrong = incidents.check_alerts()
        if json:
            self._print_json(wrong)
        else:
            for name, said in wrong.items():
                self.stdout.write(f"{name}: {said}")
            if not wrong:
                self.stdout.write(f"All is well: {len(alerts.ALERTS) + 1} alerts checked.")
        if wrong:
            sys.exit(1)

    def _print_json(self, wrong: dict[str, str]) -> None:
        self.stdout.write(json.dumps({"well": not wrong, "alerts": wrong}, indent=2))
