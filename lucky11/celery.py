"""The queue: workers run the sweeps that beat calls for."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")

app = Celery("lucky11")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["lucky11.operations"])
