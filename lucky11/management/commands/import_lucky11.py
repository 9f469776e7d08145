"""Import players, coins and history from the old site's database, which is only read."""

import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from common.progress import Progress, ProgressBar
from lucky11.importing.check import KIND as DECISIONS
from lucky11.importing.check import check_decisions
from lucky11.importing.decisions import Decisions, Refused, read_decisions
from lucky11.importing.job import Choices
from lucky11.importing.linking import LinkRefused
from lucky11.importing.report import Report
from lucky11.importing.rows import RowFiles, row_files, write_summary
from lucky11.importing.run import import_old_site
from lucky11.importing.source import CannotRead, Source, opened
from lucky11.operations import runs
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.OWNER,)
    help = (
        "Import players, coins and history from a database of the old site (docs/importing.md). Without "
        "--apply it only shows what it would do. You can stop it and start it again. Exit code 0: clean; "
        "1: decisions are left; 2: the source cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SOURCE_URL", help="postgresql://user:password@host/old_site")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--dry-run", action="store_true", help="only show what would be done (the default)")
        mode.add_argument("--apply", action="store_true", help="do it")
        parser.add_argument(
            "--source-zone", default="UTC", help="time zone of times that have none (default UTC)"
        )
        parser.add_argument(
            "--duplicates",
            choices=["merge", "apart"],
            default="merge",
            help=(
                "accounts that share an email: merge them into one player (merge), or let the oldest keep "
                "the email (apart)"
            ),
        )
        parser.add_argument("--settle", action="store_true", help="post the differences of old balances")
        parser.add_argument(
            "--refund", action="store_true", help="refund the coins of draws that were never drawn"
        )
        parser.add_argument(
            "--report",
            type=Path,
            metavar="FOLDER",
            help="also write the report to summary.json, and every row to rows.csv and rows.json, in FOLDER",
        )
        parser.add_argument(
            "--decisions",
            type=Path,
            metavar="FILE",
            help="do with single rows what this file says: rows.csv or rows.json with `decision` filled in",
        )

    def operate(self, *args: Any, source: str, source_zone: str, **options: Any) -> None:
        if source_zone not in zoneinfo.available_timezones():
            raise CommandError(f"{source_zone} is not a time zone such as Europe/Lisbon.", returncode=2)
        choices = Choices(
            options["apply"], options["duplicates"] == "merge", options["settle"], options["refund"]
        )
        try:
            decisions = read_decisions(options["decisions"]) if options["decisions"] else Decisions()
            with try_advisory_lock(AdvisoryLock.OLD_SITE_IMPORT) as free:
                if not free:
                    raise CommandError("Another import is running. Nothing was changed.", returncode=1)
                with opened(source, source_zone) as old, ProgressBar() as bar:
                    report = self._import(old, choices, decisions, bar.show, options["report"])
        except Refused as error:
            said = f"{error}\nThe decisions are refused. Nothing was changed."
            raise CommandError(said, returncode=1) from error
        except CannotRead as error:
            said = "Run the import again to continue." if choices.apply else "Nothing was changed."
            raise CommandError(f"{error} {said}", returncode=2) from error
        except LinkRefused as error:
            raise CommandError(f"{error} Run the import again to continue.", returncode=1) from error
        self._say(report)

    def _import(
        self, old: Source, choices: Choices, decisions: Decisions, show: Progress, folder: Path | None
    ) -> Report:
        if decisions.rows:
            check_decisions(old, choices, decisions, show)
        with ExitStack() as stack:
            rows = stack.enter_context(self._rows(folder)) if folder else None
            if decisions.rows and choices.apply:
                stack.enter_context(
                    runs.record(DECISIONS, sha256=decisions.sha256, decisions=len(decisions.rows))
                )
            report = import_old_site(old, choices, show, decisions, rows)
            if folder:
                write_summary(folder, report.as_dict())
        return report

    @contextmanager
    def _rows(self, folder: Path) -> Iterator[RowFiles]:
        try:
            with row_files(folder) as files:
                yield files
        except OSError as error:
            said = f"The report cannot be written to {folder}: {error.strerror}. Run the import again."
            raise CommandError(said, returncode=1) from error

    def _say(self, report: Report) -> None:
        for line in report.lines():
            self.stdout.write(line)
        if not report.clean:
            sys.exit(1)
        self.stdout.write("Clean: no decisions are left.")
