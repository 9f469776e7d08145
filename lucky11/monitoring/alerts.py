"""Alerts for operators: each returns a sentence while something is wrong, and otherwise nothing.

For sites without Prometheus; docs/operations/prometheus-rules.yml asks the same of /metrics.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psutil
from django.conf import settings
from django.db import connection
from redis import RedisError

from draws.proof import standing
from lucky11.monitoring import measures, standbys, task_outcomes
from lucky11.operations import runs

BACKUP_HOURS = 25
INTEGRITY_HOURS = 26
QUEUE_SECONDS = 60
BEACON_SECONDS = 600
FOREIGN_KEYS = "foreign keys"


@dataclass(frozen=True)
class Alert:
    """An alert; `check` returns a sentence that says what is wrong, or None."""

    name: str
    check: Callable[[], str | None]


def long_queries() -> str | None:
    """Report queries that take more than five seconds."""
    with connection.cursor() as cursor:
        cursor.execute(measures.LONG_QUERIES, measures.LONG_QUERIES_VALUES)
        found = cursor.fetchall()
    if not found:
        return None
    pid, seconds, query = found[0]
    many = f"{len(found)} queries have been running for more than {measures.LONG_QUERY_SECONDS} s"
    return f"{many}; process {pid} for {seconds} s: {query}"


def disk() -> str | None:
    """Report a disk of this machine that is fuller than allowed."""
    for path in settings.ALERT_DISKS:
        used, most = psutil.disk_usage(path).percent, settings.ALERT_DISK_PERCENT
        if used > most:
            return f"The disk of {path} is {used:.0f} % full; the limit is {most} %."
    return None


def backups() -> str | None:
    """Report that there was no good backup for 25 hours, no drill for a week, or that the newest failed."""
    for kind, what in ((measures.BACKUP, "backup"), (measures.DRILL, "drill of a backup")):
        age = measures.age(kind)
        if age.failed:
            failed = runs.newest(kind)
            return f"The newest {what} failed: {failed.summary if failed else ''}"
        if age.seconds is not None and age.seconds > _late(kind):
            return f"The last successful {what} was {age.seconds / 3600:.0f} hours ago."
    return _never_done()


def _never_done() -> str | None:
    if measures.age(measures.BACKUP).seconds is None:
        return "There is no backup yet: run `manage.py db_backup`."
    drilled = measures.age(measures.DRILL).seconds is not None
    if not drilled and measures.first_good(measures.BACKUP) > _late(measures.DRILL):
        return "No backup has ever been restored and checked: run `manage.py backup_drill`."
    return None


def _late(kind: str) -> int:
    # Backups are made every night, drills every week.
    return (BACKUP_HOURS if kind == measures.BACKUP else 7 * 24 + 1) * 3600


def foreign_keys() -> str | None:
    """Report rows with a broken foreign key that the newest check found."""
    newest = measures.finished(measures.INTEGRITY)
    broken = [each for each in (newest.details.get("defects", []) if newest else []) if FOREIGN_KEYS in each]
    return broken[0] if broken else None


def integrity() -> str | None:
    """Report coins or tickets out of place, or that no check has run for more than a day."""
    newest = measures.finished(measures.INTEGRITY)
    if newest is not None and not newest.ok:
        return f"Coins or tickets are not where they should be: {newest.summary}"
    age = measures.age(measures.INTEGRITY)
    if age.seconds is not None and age.seconds > INTEGRITY_HOURS * 3600:
        return f"The last check of coins and tickets was {age.seconds / 3600:.0f} hours ago."
    return None


def draws_overdue() -> str | None:
    """Report draws that are not closed, drawn or paid a minute after they should be."""
    late = measures.overdue()
    return f"{late} draws are overdue. The admin dashboard lists them." if late else None


def log_behind() -> str | None:
    """Report that the database lacks records of the log that were published."""
    if standing.state().is_whole is not False:
        return None
    return (
        "The database was restored and lacks records of the log that were published. Nothing is sold or "
        "drawn until you run `manage.py after_restore`."
    )


def beacon_late() -> str | None:
    """Report draws that have been waiting for their beacon for too long."""
    late = measures.waiting_for_beacon(BEACON_SECONDS)
    return (
        f"{late} draws have waited for the beacon for over {BEACON_SECONDS // 60} minutes." if late else None
    )


def queue() -> str | None:
    """Report that no worker finished a sweep in the last minute."""
    worker, beat = measures.age_of_worker(), measures.age_of_beat()
    if worker is not None and worker <= QUEUE_SECONDS:
        return None
    who = (
        "beat is not scheduling sweeps"
        if beat is None or beat > QUEUE_SECONDS
        else "no worker is running sweeps"
    )
    since = "as far as Redis knows" if worker is None else f"for {worker:.0f} s"
    return f"The queue has stopped ({since}): {who}. The second clock still closes draws."


def tasks() -> str | None:
    """Report scheduled tasks that fail or do not run, though the worker is alive."""
    try:
        found = task_outcomes.failing()
    except RedisError:
        return None  # The queue's own alert says so.
    if not found:
        return None
    worst = found[0]
    seconds = worst.seconds_without_success()
    others = f" So do {len(found) - 1} other tasks." if len(found) > 1 else ""
    since = f"it has not succeeded for {seconds or 0:.0f} s"
    return f"The task {worst.task} fails or does not run: {since}. The worker's log says why.{others}"


def standbys_behind() -> str | None:
    """Report a standby that lags: reports from it would be out of date."""
    late = [each for each in standbys.standbys() if each.late]
    return str(late[0]) if late else None


ALERTS = [
    Alert("long queries", long_queries),
    Alert("disk", disk),
    Alert("backups", backups),
    Alert(FOREIGN_KEYS, foreign_keys),
    Alert("integrity", integrity),
    Alert("draws overdue", draws_overdue),
    Alert("log behind", log_behind),
    Alert("beacon late", beacon_late),
    Alert("queue", queue),
    Alert("tasks", tasks),
    Alert("standbys", standbys_behind),
]
