"""Import one table."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations import runs
from lucky11.operations.commands import Operation
from lucky11.operations.recovery.table_copies import import_table
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.OWNER,)
    help = (
        "Insert the rows of a CSV file from db_export through the table's triggers, all or none. Refuses "
        "transactions and users.coins, which would be posted twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table")
        parser.add_argument("file", type=Path)
        parser.add_argument("--rows", type=int, help="how many rows the file has, if FILE.json is missing")
        parser.add_argument("--skip-existing", action="store_true", help="leave existing rows as they are")
        parser.add_argument("--dry-run", action="store_true", help="try everything, then roll it back")

    def operate(self, *, table: str, file: Path, dry_run: bool, **options: Any) -> None:
        given = {"rows": options["rows"], "skip_existing": options["skip_existing"], "dry_run": dry_run}
        if dry_run:
            done = import_table(table, file, **given)
        else:
            with runs.record("db_import", table=table, file=str(file)) as run:
                done = import_table(table, file, **given)
                run.summary = f"{done.added:,} rows into {table}."
        would = "would be added" if dry_run else "added"
        there = f", {done.present:,} were already there" if done.present else ""
        self.say(f"{table}: {done.read:,} rows read, {done.added:,} {would}{there}.")
