"""Turn maintenance mode on or off: players can read, but not write."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations import maintenance_mode
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP, acting.OWNER)
    help = (
        "on: players can read pages; taking tickets, claiming, joining and every other form answer 503, "
        "and nothing is charged; the admin stays open; due draws still close and pay. off: back to normal. "
        "status: show which."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("state", choices=("on", "off", "status"))
        parser.add_argument("--why", default="", help="reason for the record, with `on`")

    def operate(self, *args: Any, state: str, why: str, **options: Any) -> None:
        if state == "on":
            run = maintenance_mode.begin(why)
            self.stdout.write(f"Maintenance has been on since {run.started_at:%Y-%m-%d %H:%M:%S} UTC.")
        elif state == "off":
            ended = maintenance_mode.end()
            self.stdout.write("Maintenance is over." if ended else "Maintenance was not on.")
        else:
            current = maintenance_mode.current()
            self.stdout.write(
                f"on since {current.started_at:%Y-%m-%d %H:%M:%S} UTC: {current.summary or 'no reason given'}"
                if current
                else "off"
            )
