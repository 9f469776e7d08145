"""Export one table."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations.commands import Operation
from lucky11.operations.recovery.table_copies import LEFT_OUT, export_table
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    help = "Write a table as CSV with a header, and FILE.json, which describes what the file must contain."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table")
        parser.add_argument("--to", type=Path, metavar="FILE", help="default: TABLE.csv")

    def operate(self, *, table: str, to: Path | None, **options: Any) -> None:
        exported = export_table(table, to or Path(f"{table}.csv"))
        self.say(f"{exported.rows:,} rows of {table}, {exported.size:,} bytes, SHA-256 {exported.sha256}.")
        if left_out := LEFT_OUT.get(table):
            self.say(f"Without {', '.join(left_out)}, which are derived from the transactions.")
