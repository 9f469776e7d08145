"""The queue: workers run the sweeps that beat calls for."""

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
    """From here on this process, which is beat, says so with the sweep that it calls for every second."""
    before_task_publish.connect(_record_heartbeat, sender="draws.tasks.close_due_draws", weak=False)


def _record_heartbeat(**kwargs: Any) -> None:
    from redis import RedisError

    from common import heartbeat

    # Without Redis the sweep cannot be called for either, and that is what beat then reports.
    try:
        heartbeat.beat("beat")
    except RedisError:
        return
