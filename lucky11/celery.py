"""The queue: workers run the sweeps that beat schedules."""

import os
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    before_task_publish,
    setup_logging,
    task_failure,
    task_postrun,
    task_prerun,
    task_success,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")

app = Celery("lucky11", amqp="lucky11.queue_connection:AMQP")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _leave_the_log_to_django(**kwargs: Any) -> None:
    """Celery sets up no handlers where this signal is heard: LOGGING holds for every process."""


@task_prerun.connect
@task_postrun.connect
def _leave_no_dead_connection(**kwargs: Any) -> None:
    """As at the beginning and the end of a request: what the server has ended is opened again.

    CELERY_DB_REUSE_MAX alone keeps a connection for hundreds of tasks, whether it works or not.
    """
    from django.db import close_old_connections

    close_old_connections()


@task_success.connect
def _record_success(sender: Any, **kwargs: Any) -> None:
    _record(sender, ok=True)


@task_failure.connect
def _record_failure(sender: Any, **kwargs: Any) -> None:
    _record(sender, ok=False)


def _record(task: Any, *, ok: bool) -> None:
    from redis import RedisError

    from lucky11 import schedule
    from lucky11.monitoring import task_outcomes

    name = schedule.name_of(str(task.name), *map(str, task.request.args or ()))
    # Without Redis there is nothing to read them either, and the worker reports that itself.
    try:
        task_outcomes.record(name, ok=ok)
    except RedisError:
        return


@beat_init.connect
def _report_heartbeats(**kwargs: Any) -> None:
    """From now on this process is beat, and records each second's sweep that it schedules."""
    before_task_publish.connect(_record_heartbeat, sender="draws.tasks.close_due_draws", weak=False)


def _record_heartbeat(**kwargs: Any) -> None:
    from redis import RedisError

    from common import heartbeat

    # Without Redis beat cannot schedule the sweep either, and reports that itself.
    try:
        heartbeat.beat("beat")
    except RedisError:
        return
