"""The scheduled tasks for operators."""

from celery import shared_task

from lucky11.integrity import checks
from lucky11.monitoring import incidents, maintenance_reports
from lucky11.operations import retention, runs
from lucky11.operations.backups import create, drill, site


@shared_task
def check_alerts() -> list[str]:
    """Check every alert, and report what is new."""
    return sorted(incidents.check_alerts())


@shared_task
def check_integrity() -> None:
    """Check every coin and ticket, and record the result; an alert tells of defects."""
    checks.record_defects()


@shared_task
def maintain(period: str) -> str:
    """Make the report of a week, a month, a quarter or a year."""
    return maintenance_reports.report(period).summary


@shared_task
def purge() -> dict[str, int]:
    """Remove expired rows."""
    return retention.purge()


@shared_task
def back_up() -> None:
    """Make the day's backup of the whole site, if it is due."""
    if create.is_due():
        with runs.record("db_backup") as run:
            run.summary = site.back_up_site(reason="daily")["name"]


@shared_task
def drill_backup() -> None:
    """Run the week's drill, if it is due."""
    drill.drill_if_due()
