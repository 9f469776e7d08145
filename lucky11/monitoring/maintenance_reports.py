"""The guide's four lists: a report each week, month, quarter and year, saved and emailed."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from accounts.notifications import outbox
from lucky11.models import OperationRun
from lucky11.monitoring import doctor, measures, report_format
from lucky11.monitoring.doctor import Finding
from lucky11.operations import runs

DAY = 24 * 3600


def weekly() -> list[Finding]:
    """Report on performance: connections, long queries, locks, cache, tables."""
    return [
        *(doctor.size(), doctor.connections(), doctor.long_queries(), doctor.blocked()),
        *(doctor.cache(), doctor.tables(), doctor.disks()),
    ]


def monthly() -> list[Finding]:
    """Report on slow queries and unused indexes."""
    return [doctor.slow_queries(), doctor.invalid_indexes(), doctor.unused_indexes()]


def quarterly() -> list[Finding]:
    """Report how the tables have grown since the last report, and how long the disk lasts at that rate."""
    return [_growth(), doctor.disks(), _lasts()]


def annual() -> list[Finding]:
    """Report whether the procedures for backup and recovery were carried out."""
    rows, bad = [], False
    for kind, days in ((measures.BACKUP, 2), (measures.DRILL, 8), (measures.INTEGRITY, 2)):
        age = measures.age(kind)
        late = age.failed or age.seconds is None or age.seconds > days * DAY
        shown = "never" if age.seconds is None else f"{age.seconds / DAY:.1f} days ago"
        rows.append((kind, shown, "failed" if age.failed else "good"))
        bad = bad or late
    advice = "Go through docs/operations.md once, restore a backup by hand, and note what is out of date."
    return [Finding("Backup and recovery", ("procedure", "last success", "newest run"), rows, bad, advice)]


PERIODS: dict[str, Callable[[], list[Finding]]] = {
    "weekly": weekly,
    "monthly": monthly,
    "quarterly": quarterly,
    "annual": annual,
}


def report(period: str) -> OperationRun:
    """Make a period's report, save it, and email it to ALERT_EMAILS."""
    with runs.record(_kind(period), bytes=_sizes()) as run:
        findings = PERIODS[period]()
        bad = [finding.title for finding in findings if finding.bad]
        run.details["report"] = report_format.as_text(findings)
        run.summary = f"To do: {', '.join(bad)}." if bad else "Nothing to do."
        with transaction.atomic():
            for recipient in settings.ALERT_EMAILS:
                subject = f"Lucky11: {period} maintenance: {run.summary}"
                outbox.enqueue(f"maintenance:{run.pk}:{recipient}", recipient, subject, run.details["report"])
    return run


def _kind(period: str) -> str:
    return f"maintenance {period}"


def _sizes() -> dict[str, int]:
    return measures.table_bytes() | {"": measures.database_bytes()}


def _before() -> tuple[dict[str, int], float]:
    """Return the sizes in the previous quarterly report, and its age in days."""
    last = runs.last_good(_kind("quarterly"))
    seconds = measures.age(_kind("quarterly")).seconds
    return (last.details.get("bytes", {}), seconds / DAY) if last and seconds else ({}, 0.0)


def _growth() -> Finding:
    sizes, (before, _) = _sizes(), _before()
    rows = [(name or "(all)", size, size - before.get(name, size)) for name, size in sizes.items()]
    return Finding("Growth since the last report", ("table", "bytes", "growth in bytes"), rows)


def _lasts() -> Finding:
    before, days = _before()
    grown = measures.database_bytes() - before.get("", measures.database_bytes())
    if days < 1 or grown <= 0:
        return Finding(
            "Days until a disk is full", ("path", "days"), [], note="There is no growth to measure yet."
        )
    rows = [(path, int(free / (grown / days))) for path, _, free, _ in doctor.disks().rows]
    soon = any(left < 180 for _, left in rows)
    return Finding("Days until a disk is full", ("path", "days"), rows, soon, "Plan a larger disk now.")
