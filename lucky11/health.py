"""For machines: is the process alive, is the site whole, what are its numbers."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from redis import RedisError

from accounts import heartbeat, outbox
from draws.models import Draw
from draws.overdue import overdue_draws


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this web process answers; asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every part of the site works; else 503, and the parts that do not."""
    checks = {"database": _database(), "migrations": False, "redis": False, "worker": False}
    if checks["database"]:
        executor = MigrationExecutor(connection)
        checks["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    try:
        checks["worker"] = heartbeat.is_alive("worker")
        checks["redis"] = True
    except RedisError:
        pass
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers in Prometheus' text format."""
    overdue = overdue_draws(Draw.objects.all()).count()
    body = (
        f"# TYPE lucky11_draws_overdue gauge\nlucky11_draws_overdue {overdue}\n"
        f"# TYPE lucky11_mails_waiting gauge\nlucky11_mails_waiting {outbox.waiting()}\n"
    )
    return HttpResponse(body, content_type="text/plain; version=0.0.4")


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
