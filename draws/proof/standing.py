"""Whether the database still has every record of the log that was published, or was restored to before one.

The heads outside are read when a database was not yet compared with them, and once a minute. In between, one
row says that it was (`log_watch`): the log's own trigger and `take_tickets` read it, and so does everything
here that is asked often.
"""

import logging
from dataclasses import dataclass

from django.db import Error, connection
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from draws.models import LogRecord, LogWatch
from draws.proof import outside

logger = logging.getLogger(__name__)

# What staff are told who want to publish or cancel meanwhile.
TOLD = gettext_lazy(
    "The database was restored and lacks records of the log. The operator has to end the restore."
)
AT_ONCE = 500
STATE = """SELECT log_incarnation(), w.confirmed_for = log_incarnation() AND w.behind_since IS NULL,
                  w.behind_since IS NOT NULL, coalesce(w.kept_n, -1),
                  coalesce((SELECT max(n) FROM fairness_log), -1)
           FROM (SELECT) AS one LEFT JOIN log_watch w ON true"""


@dataclass(frozen=True)
class State:
    """What the database says of itself; `is_whole` is None while nobody has compared it."""

    incarnation: str
    is_whole: bool | None
    kept_n: int
    newest_n: int


def state() -> State:
    """Return what the database says of itself, without a look at what is kept outside."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        incarnation, confirmed, behind, kept, newest = cursor.fetchone()
    whole = True if confirmed else (False if behind else None)
    return State(incarnation, whole, kept, newest)


def is_whole() -> bool:
    """Say whether the site may publish, sell and draw; compare first, if nobody has.

    A storage that cannot be read proves nothing: a database that was never compared stays refused.
    """
    found = state().is_whole
    if found is not None:
        return found
    try:
        return compare()
    except Error:
        raise
    except Exception:  # Each kind of storage has errors of its own.
        logger.exception("What is kept outside of the log cannot be read, so nothing is drawn or sold.")
        return False


def compare() -> bool:
    """Compare the log with what is kept outside, note the outcome, and return whether nothing is missing."""
    watch, _ = LogWatch.objects.get_or_create(id=1)
    before = state()
    behind = is_behind(watch)
    if behind:
        _note_behind(watch)
        if before.is_whole is not False:
            logger.error("The log lacks records that were published: docs/operations.md, After a restore.")
    elif before.is_whole is not True:
        _of_era(watch).update(behind_since=None, confirmed_for=before.incarnation)
    return not behind


def is_behind(watch: LogWatch) -> bool:
    """Say whether the database lacks a record that is kept outside, or has another in its place."""
    if outside.has_begun(watch.era + 1):
        return True
    newest = LogRecord.objects.order_by("-n").first()
    n = newest.n if newest else -1
    # A record is written outside once it is committed: what is there must be here by now.
    return not all(_has(watch.era, each) for each in sorted({watch.kept_n + 1, n, n + 1}))


def _of_era(watch: LogWatch) -> QuerySet[LogWatch]:
    # A recovery that ended meanwhile knows better.
    return LogWatch.objects.filter(era=watch.era)


def _note_behind(watch: LogWatch) -> None:
    _of_era(watch).update(behind_since=Coalesce(F("behind_since"), Now()))


def _has(era: int, n: int) -> bool:
    """Say whether the database has the record that is kept outside under this number, if there is one."""
    kept = outside.read(era, n)
    if kept is None and not outside.exists(era, n):
        return True
    here = LogRecord.objects.filter(n=n).first()
    return here is not None and (kept is None or bytes(here.head).hex() == kept.head)


def keep() -> int:
    """Write the heads that are not outside yet, the oldest first; return how many. One process does it."""
    now = state()
    if now.is_whole is None:
        compare()
        now = state()
    if now.is_whole is not True or now.kept_n >= now.newest_n:
        return 0
    with try_advisory_lock(AdvisoryLock.LOG_HEADS) as free:
        return _keep() if free else 0


def begin_anew() -> None:
    """Let the log of a database that a developer emptied begin anew, whatever is kept outside of another."""
    era = outside.newest_era(1)
    if outside.exists(era, 0):
        era += 1
        outside.begin(era, -1, {})
    LogWatch.objects.update_or_create(id=1, defaults={"era": era})


def _keep() -> int:
    watch = LogWatch.objects.get(id=1)
    records = LogRecord.objects.filter(n__gt=watch.kept_n).select_related("draw__seal").order_by("n")
    records = records.defer("draw__seal__secrets", "draw__seal__entry_secret")
    written = 0
    for record in records[:AT_ONCE]:
        kept = outside.kept_form(record)
        outside.keep(watch.era, kept)
        found = outside.read(watch.era, record.n)
        if found is not None and found.head != kept.head:
            _note_behind(watch)
            break
        watch.kept_n = record.n
        written += 1
    _of_era(watch).update(kept_n=watch.kept_n)
    return written
