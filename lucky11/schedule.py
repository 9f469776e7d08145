"""The schedule of beat's sweeps. The database decides what is due, so a sweep may run twice, or late."""

from typing import Any

from celery.schedules import crontab

DAY = 24 * 3600


def _every(seconds: int, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds * 2, 5)}}


def _at(task: str, *arguments: str, **when: Any) -> dict[str, Any]:
    return {"task": task, "args": arguments, "schedule": crontab(**when), "options": {"expires": 3600}}


SWEEPS = {
    "close due draws": _every(1, "draws.tasks.close_due_draws"),
    "fetch rounds": _every(1, "draws.tasks.fetch_rounds"),
    "keep the log outside": _every(1, "draws.tasks.keep_the_log_outside"),
    "compare the log": _every(60, "draws.tasks.compare_the_log"),
    "sweep claims": _every(30, "draws.tasks.sweep_claims"),
    "send receipts": _every(2, "draws.tasks.send_receipts"),
    "send list fingerprints": _every(2, "draws.tasks.send_list_fingerprints"),
    "send reminders": _every(30, "draws.tasks.send_reminders"),
    "send corrections": _every(5, "draws.tasks.send_corrections"),
    "send results": _every(5, "draws.tasks.send_results"),
    "deliver the outbox": _every(2, "accounts.tasks.deliver_outbox"),
    "welcome bonuses that were missed": _every(3600, "ledger.tasks.grant_missing_signup_bonuses"),
    "seal the ledger": _every(900, "ledger.tasks.seal_ledger"),
    "sweep pictures": _every(3600, "draws.tasks.sweep_pictures"),
    "count the coins": _every(900, "ledger.tasks.count_coins"),
    "pass on prizes of deleted accounts": _every(60, "draws.tasks.pass_on_prizes_of_deleted_accounts"),
    "make data exports": _every(5, "accounts.tasks.make_data_exports"),
    "blank emails of deleted accounts": _every(10, "accounts.tasks.blank_emails_of_deleted_accounts"),
    "purge data": _every(3600, "accounts.tasks.purge_data"),
    "purge sessions": _every(3600, "accounts.tasks.purge_sessions"),
    "check alerts": _every(60, "lucky11.tasks.check_alerts"),
    "check integrity": _at("lucky11.tasks.check_integrity", hour=3, minute=7),
    "purge": _at("lucky11.tasks.purge", hour=3, minute=37),
    "weekly maintenance": _at("lucky11.tasks.maintain", "weekly", day_of_week=1, hour=5, minute=7),
    "monthly maintenance": _at("lucky11.tasks.maintain", "monthly", day_of_month=1, hour=5, minute=17),
    "quarterly maintenance": _at(
        "lucky11.tasks.maintain", "quarterly", month_of_year="1,4,7,10", day_of_month=1, hour=5, minute=27
    ),
    "annual maintenance": _at(
        "lucky11.tasks.maintain", "annual", month_of_year=1, day_of_month=1, hour=5, minute=37
    ),
}
# Often, because each knows itself whether its day or week is over, even if beat was down.
BACKUPS = {
    "back up": _every(900, "lucky11.tasks.back_up"),
    "drill a backup": _every(900, "lucky11.tasks.drill_backup"),
}


def periods() -> dict[str, int]:
    """Return the (longest) seconds between two runs of each task, by its name and its arguments."""
    entries = (SWEEPS | BACKUPS).values()
    return {name_of(entry["task"], *entry.get("args", ())): _period(entry["schedule"]) for entry in entries}


def name_of(task: str, *arguments: str) -> str:
    """Return the name of a task with its arguments: each of them is on its own schedule."""
    return " ".join((task, *arguments))


def _period(when: Any) -> int:
    if isinstance(when, int):
        return when
    if len(when.month_of_year) < 12:
        return 366 * DAY // len(when.month_of_year)
    if len(when.day_of_month) == 1:
        return 31 * DAY
    return 7 * DAY if len(when.day_of_week) == 1 else DAY
