"""Sweeps over coins."""

from celery import shared_task

from ledger import bonuses, circulation, seals


@shared_task
def grant_missing_signup_bonuses() -> int:
    """Find confirmed players whom the welcome bonus missed (bulk-made accounts)."""
    return bonuses.grant_missing_signup_bonuses()


@shared_task
def seal_ledger() -> None:
    """Take the day's seal of the ledger, if it is due."""
    seals.seal_ledger()


@shared_task
def count_coins() -> None:
    """Count the coins in circulation, if that was not done today."""
    circulation.count_coins()
