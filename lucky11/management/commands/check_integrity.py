"""Check every coin and ticket, in one snapshot and without locks; name the first bad row of each kind."""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from common.progress import ProgressBar
from lucky11.integrity.checks import Result, find_defects, record_defects, selected
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP, acting.OWNER, acting.BACKUP)
    help = (
        "Check coins, tickets, winners and statistics. Exit code 0: everything is right; 1: something is "
        "wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--seals", action="store_true", help="also check the ledger against its seals")
        parser.add_argument(
            "--rounds", action="store_true", help="verify all of the beacon's rounds, not just the newest"
        )
        parser.add_argument(
            "--record", action="store_true", help="record the result for the alerts and the metrics"
        )
        parser.add_argument(
            "--repair", action="store_true", help="first repair derived columns (never a ledger row)"
        )

    def operate(self, *args: Any, seals: bool, rounds: bool, **options: Any) -> None:
        find = record_defects if options["record"] else find_defects
        checks = selected(seals=seals, all_rounds=rounds)
        with ProgressBar() as bar:
            result = find(checks, repair=options["repair"], progress=bar.show)
        if options["json"]:
            self._print_json(result)
        else:
            self._print_lines(result)
        if result.defects:
            sys.exit(1)

    def _print_json(self, result: Result) -> None:
        found = [{"check": each.check, "rule": each.rule, "row": each.row} for each in result.defects]
        answer = {
            "clean": not found,
            "checks": result.checks,
            "defects": found,
            "repaired": result.repaired,
        }
        self.stdout.write(json.dumps(answer, default=str, indent=2))

    def _print_lines(self, result: Result) -> None:
        if result.repaired:
            self.stdout.write(f"{result.repaired} rows with a wrong derived value were repaired.")
        for defect in result.defects:
            self.stdout.write(f"BAD  {defect}")
        if not result.defects:
            self.stdout.write(f"Clean: {len(result.checks)} checks found no coin or ticket out of place.")
