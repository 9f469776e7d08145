"""Answers for machines: liveness, readiness and metrics."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from redis import RedisError

from common import heartbeat, outages
from draws.proof import standing
from lucky11 import __version__
from lucky11.monitoring import metrics as numbers
from lucky11.monitoring import task_outcomes


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this web process runs; check nothing else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if every part of the site works, otherwise 503; say which parts work, and the version."""
    checks = {
        "database": _database(),
        "migrations": False,
        "redis": False,
        "worker": False,
        "beat": False,
    }
    whole = False
    if checks["database"]:
        executor = MigrationExecutor(connection)
        checks["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        whole = checks["migrations"] and standing.is_whole()
    try:
        checks["worker"] = heartbeat.is_alive("worker") and not task_outcomes.daily_work_fails()
        checks["beat"] = heartbeat.is_alive("beat")
        checks["redis"] = True
        outages.is_back(outages.REDIS)
    except RedisError:
        pass
    # A site whose log lacks records turns nobody away: its pages say so to players.
    answer: dict[str, bool | str] = {**checks, "log": whole, "version": __version__}
    return JsonResponse(answer, status=200 if all(checks.values()) else 503)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics in Prometheus' text format."""
    return HttpResponse(numbers.page(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
