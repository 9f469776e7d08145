"""Sweeps that any worker may run twice, late, or beside another."""

from celery import shared_task

from accounts import breaks, deleting, forgetting, outbox, takeout
from accounts.sessions import SessionStore


@shared_task
def deliver_outbox() -> int:
    """Send the mails that are due."""
    return outbox.deliver_due()


@shared_task
def purge_sessions() -> None:
    """Remove expired sessions."""
    SessionStore.clear_expired()


@shared_task
def make_data_exports() -> int:
    """Pack the downloads that players asked for."""
    return takeout.make_data_exports()


@shared_task
def blank_mails_of_the_gone() -> int:
    """Blank what was mailed to deleted accounts, once the last mail is out."""
    return forgetting.blank_mails_of_the_gone()


@shared_task
def purge_data() -> None:
    """Remove or blank what is kept for a time only."""
    takeout.purge_data_exports()
    forgetting.forget_ended_sessions()
    forgetting.forget_expired_cache()
    forgetting.blank_old_mails()
    breaks.forget_ended_exclusions()
    deleting.erase_what_came_late()
