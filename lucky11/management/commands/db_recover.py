"""Show how a table differs from a backup, and repair it."""

import contextlib
from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations import OperationError, runs
from lucky11.operations.backups import restore
from lucky11.operations.commands import Operation
from lucky11.operations.recovery.differences import differences, primary_key
from lucky11.operations.recovery.repair import Repair, repair, restored
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.OWNER,)
    server_roles = (acting.BACKUP, acting.OWNER)
    help = (
        "Restore a backup beside the live database and show the differences row by row. With --apply, "
        "missing rows are put back and missing coin movements become adjustments. Changed rows are only "
        "shown; --changed restores those of their columns that no coin, draw, right or decision depends on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--table", required=True)
        parser.add_argument("--where", default="true", help="an SQL condition on the rows (read-only)")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--from", dest="backup", metavar="BACKUP", help="name, as db_backups lists it")
        source.add_argument("--database", help="a database that db_restore has already restored")
        parser.add_argument(
            "--actor", metavar="E-MAIL", help="email of the staff member who makes the adjustments"
        )
        parser.add_argument("--changed", action="store_true", help="also write changed rows back")
        parser.add_argument(
            "--why", default="", help="reason, recorded with the run; required with --changed"
        )
        parser.add_argument("--show", type=int, default=50, help="print this many differences (default 50)")
        parser.add_argument("--apply", action="store_true", help="repair; without it nothing is changed")

    def operate(self, *, table: str, where: str, backup: str | None, **options: Any) -> None:
        primary_key(table)
        if options["changed"] and options["apply"] and not options["why"]:
            raise OperationError("Say why you are changing rows: --why REASON. Nothing was changed.")
        source = backup or restore.restored_from(options["database"])
        if source is None:
            raise OperationError(
                f"{options['database']} was not restored and checked by db_restore. Nothing was changed."
            )
        beside = restored(source, self.say) if backup else contextlib.nullcontext(options["database"])
        with beside as copy:
            found = differences(table, where, copy)
        for each in found[: options["show"]]:
            self.say(str(each))
        more = f" The first {options['show']} are shown." if len(found) > options["show"] else ""
        self.say(f"{table}: {len(found):,} rows differ from {source}.{more}")
        if found:
            given = {"source": source, "actor": options["actor"], "changed": options["changed"]}
            self._repair(table, found, given, why=options["why"], apply=options["apply"])

    def _repair(self, table: str, found: list[Any], given: dict[str, Any], *, why: str, apply: bool) -> None:
        if not apply:
            self.say(f"Dry run: {_summary(repair(table, found, **given, apply=False))} To do it: --apply.")
            return
        with runs.record("db_recover", table=table, source=given["source"], why=why) as run:
            done = repair(table, found, **given, apply=True)
            # Record which columns of which rows, not their values: this log outlives a player's account.
            run.details["written_back"] = done.written
            run.summary = _summary(done)
        self.say(f"Done: {run.summary}")


def _summary(done: Repair) -> str:
    written = f"{len(done.written):,} changed rows written back, " if done.written else ""
    rows = f"{done.rows:,} missing rows put back, {written}"
    return f"{rows}{done.adjustments:,} adjustments of {done.coins:+,} coins."
