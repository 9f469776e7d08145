"""Is every coin and ticket where it should be? One snapshot, no locks; names each kind's first bad row."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from draws.integrity import DRAW_CHECKS, check_streaks, repair_counters
from draws.proof import recompute
from ledger.integrity import LEDGER_CHECKS, Defect, repair_coins, run
from ledger.seals import check_seals
from lucky11.integrity.foreign_keys import check_foreign_keys
from lucky11.operations.runs import record as keep

CHECKS: dict[str, Callable[[], Defect | None]] = {
    **{check.name: partial(run, check) for check in [*LEDGER_CHECKS, *DRAW_CHECKS, *recompute.LOG_CHECKS]},
    "streaks": check_streaks,
    "records": recompute.check_records,
    "rounds": recompute.check_newest_rounds,
    "foreign keys": check_foreign_keys,
}


class Command(BaseCommand):
    help = "Check coins, tickets, winners and statistics. Exit code 0: all is right; 1: something is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--seals", action="store_true", help="also hold the ledger against its seals")
        parser.add_argument(
            "--rounds", action="store_true", help="verify all of the beacon's rounds, not only the newest"
        )
        parser.add_argument(
            "--record", action="store_true", help="keep the result, for the alerts and the metrics"
        )
        parser.add_argument(
            "--repair", action="store_true", help="first rewrite derived columns (never a ledger row)"
        )

    def handle(self, *args: Any, record: bool, **options: Any) -> None:
        if not record:
            self._check(**options)
            return
        with keep("check_integrity") as run:
            try:
                self._check(**options)
            finally:
                found = [str(defect) for defect in self.found]
                run.details["defects"] = found
                run.summary = found[0] if found else f"{len(self.checks)} checks are clean."

    def _check(self, *, json: bool, repair: bool, seals: bool, rounds: bool, **options: Any) -> None:
        self.found: list[Defect] = []
        repaired = _repair() if repair else 0
        more = {"seals": check_seals} if seals else {}
        self.checks = CHECKS | ({"rounds": recompute.check_all_rounds} if rounds else {}) | more
        defects = self.found = [defect for defect in self._defects(quiet=json) if defect]
        if json:
            self._print_json(defects, repaired)
        else:
            self._print_lines(defects, repaired)
        if defects:
            sys.exit(1)

    def _defects(self, *, quiet: bool) -> Iterator[Defect | None]:
        shown = self.stderr.isatty() and not quiet
        with transaction.atomic(durable=not connection.in_atomic_block):
            if not connection.savepoint_ids:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for number, (name, check) in enumerate(self.checks.items(), 1):
                if shown:
                    bar = "#" * number + "." * (len(self.checks) - number)
                    self.stderr.write(f"\r[{bar}] {name:<20}", ending="")
                yield check()
        if shown:
            self.stderr.write("\r" + " " * (len(self.checks) + 24) + "\r", ending="")

    def _print_json(self, defects: list[Defect], repaired: int) -> None:
        found = [{"check": defect.check, "rule": defect.rule, "row": defect.row} for defect in defects]
        answer = {"clean": not defects, "checks": list(self.checks), "defects": found, "repaired": repaired}
        self.stdout.write(json.dumps(answer, default=str, indent=2))

    def _print_lines(self, defects: list[Defect], repaired: int) -> None:
        if repaired:
            self.stdout.write(f"{repaired} rows with a wrong derived value were rewritten.")
        for defect in defects:
            self.stdout.write(f"BAD  {defect}")
        if not defects:
            self.stdout.write(f"Clean: {len(self.checks)} checks, no coin or ticket is out of place.")


@transaction.atomic
def _repair() -> int:
    return repair_coins() + repair_counters()
