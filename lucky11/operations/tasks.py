"""What beat asks for; each decides by itself whether it is due, so it may be asked often, or twice."""

from celery import shared_task

from lucky11.operations import backing_up, drilling, runs


@shared_task
def back_up() -> None:
    """Take the day's backup, if it is due."""
    if backing_up.is_due():
        with runs.record("db_backup") as run:
            run.summary = backing_up.back_up(reason="daily").name


@shared_task
def drill_backup() -> None:
    """Hold the week's drill, if it is due."""
    drilling.drill_if_due()
