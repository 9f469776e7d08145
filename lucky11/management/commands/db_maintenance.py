"""Write the report of a week, a month, a quarter or a year."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.monitoring import maintenance_reports
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP,)
    help = (
        "weekly: performance; monthly: slow queries; quarterly: growth and capacity; annual: backup and "
        "recovery. The report is printed, saved, and emailed to ALERT_EMAILS. Beat does this on schedule."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", choices=maintenance_reports.PERIODS)

    def operate(self, *args: Any, period: str, **options: Any) -> None:
        run = maintenance_reports.report(period)
        self.stdout.write(run.details["report"])
        self.stdout.write(run.summary)
