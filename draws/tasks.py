"""Sweeps over draws: the database knows what is due, so a task may run twice, late, or beside another."""

from celery import shared_task

from common.heartbeat import beat
from draws import reminders
from draws.lifecycle import close, rounds
from draws.notifications import corrections, sweeps
from draws.pictures import uploads
from draws.privacy import account_deletion
from draws.prizes import claims, pass_on
from draws.proof import standing


@shared_task
def close_due_draws() -> int:
    """Freeze, draw and settle what is due."""
    steps = close.close_due_draws()
    beat("worker")
    return steps


@shared_task
def fetch_rounds() -> int:
    """Freeze beacon draws that are due, and obtain the rounds that frozen ones wait for."""
    return rounds.fetch_rounds()


@shared_task
def keep_the_log_outside() -> int:
    """Write the log's new records outside the database."""
    return standing.keep()


@shared_task
def compare_the_log() -> bool:
    """Compare the log with what is kept of it outside the database."""
    return standing.compare()


@shared_task
def sweep_claims() -> int:
    """Pass on prizes that were lost, and remind winners whose time to claim is nearly over."""
    return pass_on.pass_on_lost_prizes() + claims.remind_of_claims()


@shared_task
def send_receipts() -> int:
    """Confirm to players the tickets they took."""
    return sweeps.send_receipts()


@shared_task
def send_list_fingerprints() -> int:
    """Send the fingerprints of frozen lists to everyone who entered."""
    return sweeps.send_list_fingerprints()


@shared_task
def send_reminders() -> int:
    """Remind players, who asked for it, of draws that close within the hour."""
    return reminders.send_reminders()


@shared_task
def send_corrections() -> int:
    """Tell everyone who entered a draw what its text said before a correction, and what it says now."""
    return corrections.send_corrections()


@shared_task
def send_results() -> int:
    """Tell players whose tickets did not win."""
    return sweeps.send_results()


@shared_task
def pass_on_prizes_of_deleted_accounts() -> int:
    """Pass on what players who deleted their account had won and not received."""
    return account_deletion.pass_on_prizes_of_deleted_accounts()


@shared_task
def sweep_pictures() -> int:
    """Remove the files of pictures that no draw has."""
    return uploads.sweep_files()
