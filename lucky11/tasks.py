"""What the schedule does for operators."""

from celery import shared_task
from django.core.management import call_command

from lucky11.operations import incidents, maintenance, purging


@shared_task
def look_for_alerts() -> list[str]:
    """Look at every alert, and tell what is new."""
    return sorted(incidents.look())


@shared_task
def check_integrity() -> None:
    """Check every coin and ticket, and keep the result."""
    try:
        call_command("check_integrity", "--record")
    except SystemExit:
        # A defect: the result is kept, and its alert tells.
        return


@shared_task
def maintain(period: str) -> str:
    """Make the report of a week, a month, a quarter or a year."""
    return maintenance.report(period).summary


@shared_task
def purge() -> dict[str, int]:
    """Remove what is kept for a time only."""
    return purging.purge()
