"""Compare the database with a freshly migrated one beside it."""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting
from lucky11.operations.schema.drift import drift_from
from lucky11.operations.schema.scratch import migrated_database


class Command(Operation):
    roles = (acting.OWNER,)
    only_reads = True
    help = (
        "Compare tables, columns, indexes, constraints, triggers, functions, policies and views with those "
        "of a freshly migrated scratch database (dropped afterwards; nothing is changed here). Exit code "
        "0: no differences; 1: differences. For the rights of roles, use db_roles --check."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def operate(self, *args: Any, json: bool, **options: Any) -> None:
        with migrated_database("drift") as fresh:
            found, parts = drift_from(fresh)
        if json:
            self._print_json(found, parts)
        else:
            for difference in found:
                self.stdout.write(str(difference))
            self.stdout.write(
                f"{len(found)} differences in {parts} parts."
                if found
                else f"No drift: {parts} parts match the migrations."
            )
        if found:
            sys.exit(1)

    def _print_json(self, found: list[Any], parts: int) -> None:
        rows = [
            {
                "what": each.word.lower(),
                "kind": each.part.kind,
                "of": each.part.owner,
                "name": each.part.name,
                "expected": each.expected,
                "found": each.found,
            }
            for each in found
        ]
        self.stdout.write(json.dumps({"same": not found, "parts": parts, "differences": rows}, indent=2))
