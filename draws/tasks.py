"""Sweeps over draws: the database knows what is due, so a task may run twice, late, or beside another."""

from celery import shared_task

from accounts.heartbeat import beat
from draws import closing


@shared_task
def close_due_draws() -> int:
    """Freeze, draw and settle what is due."""
    steps = closing.close_due_draws()
    beat("worker")
    return steps
