"""How the newest runs of each scheduled task ended, kept in Redis: a worker that is alive may still fail.

A worker answers with a thread whose connection works while the tasks of its other threads fail; so it is the
tasks that are counted, and not signs of life.
"""

import time
from dataclasses import dataclass

from common import outages
from common.redis_client import redis_client
from lucky11 import schedule

KEPT_RUNS = 40
KEPT_SECONDS = 7 * 24 * 3600
# So many failures of one task in so many seconds are more than a hiccup.
FAILURES, RECENT_SECONDS = 3, 20
# A task without success for so many of its periods (and at least a minute) has stopped.
PERIODS, LEAST_SECONDS = 5, 60


@dataclass(frozen=True)
class Outcomes:
    """The newest runs of a scheduled task: Unix times of those that succeeded and of those that failed."""

    task: str
    period: int
    succeeded: list[float]
    failed: list[float]

    def recent_failures(self) -> int:
        """Return how many runs failed in the last 20 seconds."""
        now = time.time()
        return sum(now - at < RECENT_SECONDS for at in self.failed)

    def seconds_without_success(self) -> float | None:
        """Return the seconds since the last success, or since the first known failure; None without runs."""
        known = max(self.succeeded, default=None) or min(self.failed, default=None)
        return None if known is None else max(0.0, time.time() - known)

    def fails(self) -> bool:
        """Return whether it fails just now, or has failed for several periods without a success."""
        seconds = self.seconds_without_success()
        stopped = seconds is not None and seconds > max(LEAST_SECONDS, PERIODS * self.period)
        return self.recent_failures() >= FAILURES or (bool(self.failed) and stopped)


def record(task: str, *, ok: bool) -> None:
    """Record that a run of a task ended now. Raises redis.RedisError."""
    key = _key(task)
    with redis_client().pipeline() as together:
        together.lpush(key, f"{'ok' if ok else 'failed'} {time.time():.3f}")
        together.ltrim(key, 0, KEPT_RUNS - 1)
        together.expire(key, KEPT_SECONDS)
        together.execute()
    outages.is_back(outages.REDIS)


def outcomes() -> list[Outcomes]:
    """Return the outcomes of every task that is scheduled by seconds. Raises redis.RedisError."""
    periods = schedule.periods()
    with redis_client().pipeline() as together:
        for task in periods:
            together.lrange(_key(task), 0, -1)
        found = together.execute()
    return [_read(task, period, rows) for (task, period), rows in zip(periods.items(), found, strict=True)]


def failing() -> list[Outcomes]:
    """Return the tasks that fail, the one without success for longest first. Raises redis.RedisError."""
    return sorted(
        (each for each in outcomes() if each.fails()),
        key=lambda each: each.seconds_without_success() or 0,
        reverse=True,
    )


def _key(task: str) -> str:
    return f"task:{task}"


def _read(task: str, period: int, rows: list[str]) -> Outcomes:
    runs = [row.split() for row in rows]
    times = {word: [float(at) for outcome, at in runs if outcome == word] for word in ("ok", "failed")}
    return Outcomes(task, period, times["ok"], times["failed"])
