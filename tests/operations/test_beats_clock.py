"""Beat goes on when the machine's clock was set back, and when its schedule is from the future."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import redis
from celery.beat import PersistentScheduler
from django.conf import settings

from lucky11.celery import app
from lucky11.scheduler import Scheduler

SWEEP = "draws.tasks.close_due_draws"
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def queue():
    """The queue, empty."""
    app.control.purge()
    yield redis.Redis.from_url(settings.REDIS_URL)
    app.control.purge()


def scheduler_of(kind: type[PersistentScheduler], folder: Path) -> PersistentScheduler:
    """A scheduler with its file in the folder, as beat makes one."""
    return kind(app=app, schedule_filename=str(folder / "beat"))


def send_what_is_due(scheduler: PersistentScheduler) -> None:
    """A hundred ticks, each of which sends one task at most."""
    for _ in range(100):
        scheduler.tick()


def sent(queue: redis.Redis) -> int:
    return sum(SWEEP.encode() in row for row in queue.lrange("celery", 0, -1))


def from_the_future(folder: Path) -> None:
    """A schedule that a beat wrote whose clock was an hour ahead."""
    ahead = scheduler_of(PersistentScheduler, folder)
    for entry in ahead.schedule.values():
        entry.last_run_at = app.now() + AN_HOUR
    ahead.close()


@pytest.mark.parametrize(("kind", "goes_on"), [(Scheduler, True), (PersistentScheduler, False)])
def test_a_schedule_from_the_future_holds_nothing_up(kind, goes_on, queue, tmp_path):
    """The control is Celery's own scheduler, which waits for that hour."""
    from_the_future(tmp_path)
    scheduler = scheduler_of(kind, tmp_path)
    try:
        assert all(entry.last_run_at <= app.now() for entry in scheduler.schedule.values()) is goes_on
    finally:
        scheduler.close()


@pytest.mark.parametrize(("kind", "goes_on"), [(Scheduler, True), (PersistentScheduler, False)])
def test_a_clock_that_is_set_back_holds_nothing_up(kind, goes_on, queue, tmp_path, monkeypatch):
    now = app.now()
    moved = [AN_HOUR]
    monkeypatch.setattr(app, "now", lambda: now + moved[0])
    monkeypatch.setattr("celery.schedules.maybe_make_aware", lambda value, *_, **__: value)
    monkeypatch.setattr("time.time", lambda: (now + moved[0]).timestamp())
    scheduler = scheduler_of(kind, tmp_path)
    try:
        scheduler.tick()
        moved[0] += timedelta(seconds=2)
        send_what_is_due(scheduler)
        before = sent(queue)
        assert before
        moved[0] = timedelta()
        send_what_is_due(scheduler)
        moved[0] += timedelta(seconds=2)
        send_what_is_due(scheduler)
        assert (sent(queue) > before) is goes_on
    finally:
        scheduler.close()
