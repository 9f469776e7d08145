"""What must wake somebody: each alert answers a sentence while it is so, or nothing.

For sites without Prometheus; docs/operations/prometheus-rules.yml asks the same of /metrics.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psutil
from django.conf import settings
from django.db import connection

from lucky11.monitoring import measures, standbys
from lucky11.operations import runs

BACKUP_HOURS = 25
INTEGRITY_HOURS = 26
QUEUE_SECONDS = 60
BEACON_SECONDS = 600
FOREIGN_KEYS = "foreign keys"


@dataclass(frozen=True)
class Alert:
    """`check` answers what is wrong, in a sentence, or None."""

    name: str
    check: Callable[[], str | None]


def long_queries() -> str | None:
    """Queries of more than five seconds."""
    with connection.cursor() as cursor:
        cursor.execute(measures.LONG_QUERIES, measures.LONG_QUERIES_VALUES)
        found = cursor.fetchall()
    if not found:
        return None
    pid, seconds, query = found[0]
    many = f"{len(found)} queries run for more than {measures.LONG_QUERY_SECONDS} s"
    return f"{many}; process {pid} for {seconds} s: {query}"


def disk() -> str | None:
    """A disk of this machine that is fuller than it may be."""
    for path in settings.ALERT_DISKS:
        used, most = psutil.disk_usage(path).percent, settings.ALERT_DISK_PERCENT
        if used > most:
            return f"The disk of {path} is {used:.0f} % full; more than {most} % is an alert."
    return None


def backups() -> str | None:
    """No verified backup for more than 25 hours, or the newest one failed."""
    for kind, what in ((measures.BACKUP, "backup"), (measures.DRILL, "drill of a backup")):
        age = measures.age(kind)
        if age.failed:
            failed = runs.newest(kind)
            return f"The newest {what} failed: {failed.summary if failed else ''}"
        if age.seconds is not None and age.seconds > _late(kind):
            return f"The last good {what} is {age.seconds / 3600:.0f} hours old."
    return _never_done()


def _never_done() -> str | None:
    if measures.age(measures.BACKUP).seconds is None:
        return "There is no backup yet: run `manage.py db_backup`."
    drilled = measures.age(measures.DRILL).seconds is not None
    if not drilled and measures.first_good(measures.BACKUP) > _late(measures.DRILL):
        return "No backup was ever restored and checked: run `manage.py backup_drill`."
    return None


def _late(kind: str) -> int:
    # Backups are made every night, drills every week.
    return (BACKUP_HOURS if kind == measures.BACKUP else 7 * 24 + 1) * 3600


def foreign_keys() -> str | None:
    """Rows that refer to what is not there, as the newest check found them."""
    newest = measures.finished(measures.INTEGRITY)
    broken = [each for each in (newest.details.get("defects", []) if newest else []) if FOREIGN_KEYS in each]
    return broken[0] if broken else None


def integrity() -> str | None:
    """Coins or tickets out of place, or nobody looked for more than a day."""
    newest = measures.finished(measures.INTEGRITY)
    if newest is not None and not newest.ok:
        return f"Coins or tickets are not where they should be: {newest.summary}"
    age = measures.age(measures.INTEGRITY)
    if age.seconds is not None and age.seconds > INTEGRITY_HOURS * 3600:
        return f"The last check of coins and tickets is {age.seconds / 3600:.0f} hours old."
    return None


def draws_overdue() -> str | None:
    """Draws that are not closed, drawn or paid a minute after they should be."""
    late = measures.overdue()
    return f"{late} draws are overdue: the first page of the admin names them." if late else None


def beacon_late() -> str | None:
    """Draws that wait for their beacon for too long."""
    late = measures.waiting_for_beacon(BEACON_SECONDS)
    return (
        f"{late} draws wait for their beacon for more than {BEACON_SECONDS // 60} minutes." if late else None
    )


def queue() -> str | None:
    """No worker finished a sweep in the last minute."""
    worker, beat = measures.age_of_worker(), measures.age_of_beat()
    if worker is not None and worker <= QUEUE_SECONDS:
        return None
    who = "beat calls for no sweeps" if beat is None or beat > QUEUE_SECONDS else "no worker runs sweeps"
    since = "as far as Redis knows" if worker is None else f"for {worker:.0f} s"
    return f"The queue stands still {since}: {who}. Draws close by the second clock."


def standbys_behind() -> str | None:
    """A standby that does not follow: reports from it would be of the past."""
    late = [each for each in standbys.standbys() if each.late]
    return str(late[0]) if late else None


ALERTS = [
    Alert("long queries", long_queries),
    Alert("disk", disk),
    Alert("backups", backups),
    Alert(FOREIGN_KEYS, foreign_keys),
    Alert("integrity", integrity),
    Alert("draws overdue", draws_overdue),
    Alert("beacon late", beacon_late),
    Alert("queue", queue),
    Alert("standbys", standbys_behind),
]
