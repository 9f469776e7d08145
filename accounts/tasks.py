"""Sweeps that any worker may run twice, late, or beside another."""

from celery import shared_task

from accounts.notifications import outbox
from accounts.play import breaks
from accounts.privacy import account_deletion, data_export, retention
from accounts.signin.sessions import SessionStore


@shared_task
def deliver_outbox() -> int:
    """Send the emails that are due."""
    return outbox.deliver_due()


@shared_task
def purge_sessions() -> None:
    """Remove expired sessions."""
    SessionStore.clear_expired()


@shared_task
def make_data_exports() -> int:
    """Pack the downloads that players asked for."""
    return data_export.make_data_exports()


@shared_task
def blank_emails_of_deleted_accounts() -> int:
    """Blank what was mailed to deleted accounts, once the last email is out."""
    return retention.blank_emails_of_deleted_accounts()


@shared_task
def purge_data() -> None:
    """Remove or blank what is kept for a time only."""
    data_export.purge_data_exports()
    retention.purge_ended_sessions()
    retention.purge_undo_links()
    retention.purge_expired_cache()
    retention.blank_old_emails()
    breaks.purge_ended_exclusions()
    account_deletion.erase_late_writes()
