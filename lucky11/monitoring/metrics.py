"""Metrics in Prometheus' text format: of the site, read on request, and of this web server's requests.

With PROMETHEUS_MULTIPROC_DIR (an empty folder at each start) the requests of all web processes are added up;
without it, each process reports its own.
"""

import os
from collections.abc import Callable, Iterator

from django.db import Error, connection
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis import RedisError

from draws.proof import standing
from lucky11.monitoring import measures, standbys, task_outcomes

_own = CollectorRegistry()
REQUESTS = Counter(
    "lucky11_requests", "Requests, by method, page and status.", ["method", "view", "status"], registry=_own
)
SECONDS = Histogram(
    "lucky11_request_seconds",
    "Seconds until the response.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_own,
)
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
DAY = 24 * 3600

GAUGES: dict[str, tuple[str, Callable[[], float | None]]] = {
    "lucky11_coins": ("Coins that players hold.", measures.coins),
    "lucky11_tickets": ("Tickets taken in all draws.", measures.tickets),
    "lucky11_draws_overdue": ("Draws a minute late or more.", measures.overdue),
    "lucky11_draws_waiting_for_beacon": (
        "Frozen draws that wait for their beacon.",
        measures.waiting_for_beacon,
    ),
    "lucky11_log_behind": (
        "1 if the log lacks records that were published.",
        lambda: standing.state().is_whole is False,
    ),
    "lucky11_mails_waiting": ("Emails waiting to be sent.", measures.mails_waiting),
    "lucky11_queue_age_seconds": ("Seconds since a worker last finished a sweep.", measures.age_of_worker),
    "lucky11_beat_age_seconds": ("Seconds since beat last scheduled a sweep.", measures.age_of_beat),
    "lucky11_backup_age_seconds": (
        "Seconds since the last successful backup.",
        lambda: measures.age(measures.BACKUP).seconds,
    ),
    "lucky11_verified_backup_age_seconds": (
        "Seconds since a backup was last restored and checked.",
        lambda: measures.age(measures.DRILL).seconds,
    ),
    "lucky11_backup_failed": (
        "1 if the newest backup or drill failed.",
        lambda: measures.age(measures.BACKUP).failed or measures.age(measures.DRILL).failed,
    ),
    "lucky11_integrity_age_seconds": (
        "Seconds since the last clean check of every coin and ticket.",
        lambda: measures.age(measures.INTEGRITY).seconds,
    ),
    "lucky11_integrity_failed": (
        "1 if the newest check found a defect.",
        lambda: measures.age(measures.INTEGRITY).failed,
    ),
    "lucky11_incidents_open": ("Open incidents.", measures.open_incidents),
    "lucky11_database_connections": (
        "Connections to PostgreSQL.",
        lambda: measures.connections()[0],
    ),
    "lucky11_database_connections_max": (
        "Connections that PostgreSQL accepts.",
        lambda: measures.connections()[1],
    ),
    "lucky11_database_bytes": ("Size of the database.", measures.database_bytes),
    "lucky11_standby_lag_bytes": (
        "Bytes of log that the slowest standby has not replayed.",
        standbys.most_bytes,
    ),
    "lucky11_standby_lag_seconds": ("Seconds that the slowest standby is behind.", standbys.most_seconds),
    "lucky11_long_queries": ("Queries running for more than five seconds.", measures.long_queries),
}


def count_request(method: str, view: str, status: int, seconds: float) -> None:
    """Count a request. Labels come from the site's own lists, so that no visitor can make new ones."""
    view = view or "none"
    REQUESTS.labels(method if method in METHODS else "other", view, f"{status // 100}xx").inc()
    SECONDS.labels(view).observe(seconds)


def page() -> bytes:
    """Return the whole page; if the database is unavailable, say so and give the rest."""
    registry = CollectorRegistry()
    registry.register(_Site())
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return generate_latest(registry) + generate_latest(_own)
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class _Site(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            families = [*self._gauges(), self._draws(), *self._tasks()]
        except Error:
            connection.close()
            families = []
        up = GaugeMetricFamily("lucky11_database_up", "1 if the database answers.", bool(families))
        yield from [up, *families]

    def _gauges(self) -> Iterator[GaugeMetricFamily]:
        for name, (text, ask) in GAUGES.items():
            value = ask()
            # Unknown: no number is better than a wrong one, and `absent()` can test for it.
            if value is not None:
                yield GaugeMetricFamily(name, text, float(value))

    def _tasks(self) -> Iterator[GaugeMetricFamily]:
        ages = GaugeMetricFamily(
            "lucky11_task_age_seconds", "Seconds since a scheduled task last succeeded.", labels=["task"]
        )
        failing = GaugeMetricFamily(
            "lucky11_task_failing", "1 if a scheduled task fails, or does not run.", labels=["task"]
        )
        try:
            found = task_outcomes.outcomes()
        except RedisError:
            return
        for each in found:
            age = each.seconds_without_success()
            if age is not None:
                ages.add_metric([each.task], age)
                failing.add_metric([each.task], each.fails())
        yield from [ages, failing]

    def _draws(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("lucky11_draws", "Draws, by state.", labels=["state"])
        for state, count in measures.draws_by_state().items():
            family.add_metric([state], count)
        return family
