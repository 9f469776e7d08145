"""Point-in-time recovery."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from lucky11.operations import OperationError, runs
from lucky11.operations.backups import point_in_time
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    help = (
        "--base: take a base backup of the whole server. --to TIME: print the plan, a script for sh that "
        "restores the server beside the live one to its state just before TIME."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--base", action="store_true", help="take a base backup into PITR_BASES")
        what.add_argument("--to", metavar="TIME", help="2026-11-25 13:04:05+00, as PostgreSQL writes it")
        parser.add_argument("--into", type=Path, help="the new cluster's folder; default: beside the bases")
        parser.add_argument("--port", type=int, default=5499, help="port of the restored server's socket")

    def operate(self, *, base: bool, to: str | None, into: Path | None, port: int, **options: Any) -> None:
        if base:
            with runs.record("db_pitr") as run:
                taken = point_in_time.take_base(settings.PITR_BASES)
                run.summary = f"Base backup {taken.folder.name}."
            self.say(
                f"{taken.folder}: verified. You can recover to any time from "
                f"{taken.whole_at:%Y-%m-%d %H:%M:%S}Z on."
            )
            return
        moment = _moment(str(to))
        folder = into or settings.PITR_BASES / f"restored-{moment:%Y%m%dT%H%M%S}"
        script = point_in_time.script(
            moment, settings.PITR_BASES, settings.PITR_ARCHIVE, folder.resolve(), port=port
        )
        self.stdout.write(script, ending="")


def _moment(words: str) -> datetime:
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise OperationError(f"{words!r} is not a time (2026-11-25 13:04:05+00). Nothing was done.") from None
    if moment.tzinfo is None:
        raise OperationError(f"{words!r} has no time zone: add +00 for UTC. Nothing was done.")
    return moment
