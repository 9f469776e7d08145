"""Sweeps over draws: the database knows what is due, so a task may run twice, late, or beside another."""

from celery import shared_task

from accounts.heartbeat import beat
from draws import claiming, closing, deleting, pictures, redrawing, telling
from draws.beacon import rounds


@shared_task
def close_due_draws() -> int:
    """Freeze, draw and settle what is due."""
    steps = closing.close_due_draws()
    beat("worker")
    return steps


@shared_task
def fetch_rounds() -> int:
    """Freeze beacon draws that are due, and obtain the rounds that frozen ones wait for."""
    return rounds.fetch_rounds()


@shared_task
def sweep_claims() -> int:
    """Pass on prizes that were not claimed in time, and remind whoever's time is nearly over."""
    return redrawing.lapse_overdue_claims() + claiming.remind_of_claims()


@shared_task
def tell_entries() -> int:
    """Confirm to players the tickets they took."""
    return telling.tell_entries()


@shared_task
def tell_frozen() -> int:
    """Send the fingerprints of frozen lists to everyone who entered."""
    return telling.tell_frozen()


@shared_task
def tell_results() -> int:
    """Tell players whose tickets did not win."""
    return telling.tell_results()


@shared_task
def pass_on_prizes_of_the_gone() -> int:
    """Pass on what players who deleted their account had won and not received."""
    return deleting.pass_on_prizes_of_the_gone()


@shared_task
def sweep_pictures() -> int:
    """Remove the files of pictures that no draw has."""
    return pictures.sweep_files()
