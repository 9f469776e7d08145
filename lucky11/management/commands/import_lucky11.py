"""Import players, coins and history from the old site's database, which is only read."""

import json
import sys
import zoneinfo
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from common.progress import ProgressBar
from lucky11.importing.job import Choices
from lucky11.importing.report import Report
from lucky11.importing.run import import_old_site
from lucky11.importing.source import CannotRead, opened
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP, acting.OWNER)
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
            "--report", type=Path, metavar="FILE", help="also write the report to this file, as JSON"
        )

    def operate(self, *args: Any, source: str, source_zone: str, **options: Any) -> None:
        if source_zone not in zoneinfo.available_timezones():
            raise CommandError(f"{source_zone} is not a time zone such as Europe/Lisbon.", returncode=2)
        choices = Choices(
            options["apply"], options["duplicates"] == "merge", options["settle"], options["refund"]
        )
        try:
            with try_advisory_lock(AdvisoryLock.OLD_SITE_IMPORT) as free:
                if not free:
                    raise CommandError("Another import is running. Nothing was changed.", returncode=1)
                with opened(source, source_zone) as old, ProgressBar() as bar:
                    report = import_old_site(old, choices, bar.show)
        except CannotRead as error:
            said = "Run the import again to continue." if choices.apply else "Nothing was changed."
            raise CommandError(f"{error} {said}", returncode=2) from error
        self._say(report, options["report"])

    def _say(self, report: Report, path: Path | None) -> None:
        for line in report.lines():
            self.stdout.write(line)
        if path:
            path.write_text(json.dumps(report.as_dict(), indent=2) + "\n", encoding="utf-8")
        if not report.clean:
            sys.exit(1)
        self.stdout.write("Clean: no decisions are left.")
