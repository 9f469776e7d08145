"""Sweeps that any worker may run twice, late, or beside another."""

from celery import shared_task

from accounts import outbox
from accounts.sessions import SessionStore


@shared_task
def deliver_outbox() -> int:
    """Send the mails that are due."""
    return outbox.deliver_due()


@shared_task
def purge_sessions() -> None:
    """Remove expired sessions."""
    SessionStore.clear_expired()
