"""Players, coins and history of the old site come over from its database, which is only read."""

import json
import sys
import zoneinfo
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from common.progress import ProgressBar
from lucky11.importing.job import Choices
from lucky11.importing.report import Report
from lucky11.importing.run import import_old_site
from lucky11.importing.source import CannotRead, opened


class Command(BaseCommand):
    help = (
        "Import players, coins and history from a database of the old site (docs/importing.md). Without "
        "--apply it only says what it would do. May be stopped and started again. Exit code 0: clean; "
        "1: something is left to decide; 2: the source cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SOURCE_URL", help="postgresql://user:password@host/old_site")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--dry-run", action="store_true", help="only say what would be done (the default)")
        mode.add_argument("--apply", action="store_true", help="do it")
        parser.add_argument("--source-zone", default="UTC", help="zone of times that have none (UTC)")
        parser.add_argument(
            "--duplicates",
            choices=["merge", "apart"],
            default="merge",
            help="accounts of one e-mail: one player (merge), or the oldest keeps the e-mail (apart)",
        )
        parser.add_argument("--settle", action="store_true", help="post what old balances differ by")
        parser.add_argument("--refund", action="store_true", help="give coins of draws never drawn back")
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="also write the report there, as JSON"
        )

    def handle(self, *args: Any, source: str, source_zone: str, **options: Any) -> None:
        if source_zone not in zoneinfo.available_timezones():
            raise CommandError(f"{source_zone} is not a time zone, for example Europe/Lisbon.", returncode=2)
        choices = Choices(
            options["apply"], options["duplicates"] == "merge", options["settle"], options["refund"]
        )
        try:
            with try_advisory_lock(AdvisoryLock.OLD_SITE_IMPORT) as free:
                if not free:
                    raise CommandError("Another import is at work. Nothing was changed.", returncode=1)
                with opened(source, source_zone) as old, ProgressBar() as bar:
                    report = import_old_site(old, choices, bar.show)
        except CannotRead as error:
            said = "Import it again to go on." if choices.apply else "Nothing was changed."
            raise CommandError(f"{error} {said}", returncode=2) from error
        self._say(report, options["report"])

    def _say(self, report: Report, path: Path | None) -> None:
        for line in report.lines():
            self.stdout.write(line)
        if path:
            path.write_text(json.dumps(report.as_dict(), indent=2) + "\n", encoding="utf-8")
        if not report.clean:
            sys.exit(1)
        self.stdout.write("Clean: nothing is left to decide.")
