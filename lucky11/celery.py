"""The queue: workers run the sweeps that beat schedules."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")

app = Celery("lucky11")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


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
