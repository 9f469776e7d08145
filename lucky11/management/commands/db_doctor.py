"""Report the state of the database on one page."""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from lucky11.monitoring import doctor, report_format
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP,)
    only_reads = True
    help = (
        "Connections, long queries, locks, invalid and unused indexes, dead rows, sizes, cache, standbys, "
        "slow queries, disks. Read-only. Exit code 0: nothing to do; 1: something is marked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def operate(self, *args: Any, json: bool, **options: Any) -> None:
        findings = doctor.examine()
        if json:
            self._print_json(findings)
        else:
            self.stdout.write(report_format.as_text(findings))
        if any(finding.bad for finding in findings):
            sys.exit(1)

    def _print_json(self, findings: list[doctor.Finding]) -> None:
        well = not any(finding.bad for finding in findings)
        self.stdout.write(
            json.dumps({"well": well, "findings": report_format.as_data(findings)}, default=str, indent=2)
        )
