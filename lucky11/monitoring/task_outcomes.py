"""How the newest runs of each scheduled task ended, kept in Redis: a worker that is alive may still fail.

One thread of a worker may have a connection that works while the tasks of its other threads fail; so it is
the tasks that count, and not signs of life.
"""

import time
from dataclasses import dataclass

from common import outages
from common.heartbeat import CLOCK_SECONDS, moment
from common.redis_client import redis_client
from lucky11 import schedule

KEPT_RUNS = 40
KEPT_SECONDS = 400 * 24 * 3600
# So many failures of one task in so many seconds are more than a hiccup, until so many runs in a row succeed.
FAILURES, RECENT_SECONDS, SUCCESSES = 3, 20, 2
# A task without success for so many of its periods (and at least a minute) has stopped.
PERIODS, LEAST_SECONDS = 5, 60
# A task that runs as often as this is part of the site's daily work: without it, the site is not ready.
OFTEN_SECONDS = 60


@dataclass(frozen=True)
class Outcomes:
    """The newest runs of a scheduled task, newest first: when each ended (Unix time), and whether well."""

    task: str
    period: int
    runs: list[tuple[float, bool]]

    @property
    def runs_often(self) -> bool:
        """Whether the site's daily work needs it."""
        return self.period <= OFTEN_SECONDS

    def recent_failures(self) -> int:
        """Return how many runs failed in the last 20 seconds."""
        now = time.time()
        return sum(not ok and now - at < RECENT_SECONDS for at, ok in self.runs)

    def seconds_without_success(self) -> float | None:
        """Return the seconds since the last success, or since the first known failure; None without runs."""
        if not self.runs:
            return None
        known = next((at for at, ok in self.runs if ok), self.runs[-1][0])
        return max(0.0, time.time() - known)

    def fails(self) -> bool:
        """Return whether it fails just now, or has not succeeded for several of its periods.

        A task that runs seldom fails as soon as its newest run did: the next one may be a year away.
        """
        seconds = self.seconds_without_success()
        if seconds is not None and seconds > max(LEAST_SECONDS, PERIODS * self.period):
            return True
        if not self.runs_often:
            return bool(self.runs) and not self.runs[0][1]
        settled = all(ok for _, ok in self.runs[:SUCCESSES])
        return not settled and self.recent_failures() >= FAILURES


def record(task: str, *, ok: bool) -> None:
    """Record that a run of a task (its name, and its arguments if it has any) ended now.

    Raises redis.RedisError.
    """
    key = _key(task)
    with redis_client().pipeline() as together:
        together.lpush(key, f"{'ok' if ok else 'failed'} {time.time():.3f}")
        together.ltrim(key, 0, KEPT_RUNS - 1)
        together.expire(key, KEPT_SECONDS)
        together.execute()
    outages.is_back(outages.REDIS)


def outcomes() -> list[Outcomes]:
    """Return the outcomes of every scheduled task. Raises redis.RedisError."""
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


def daily_work_fails() -> bool:
    """Return whether a task that the site's daily work needs fails. Raises redis.RedisError."""
    return any(each.runs_often for each in failing())


def _key(task: str) -> str:
    return f"task:{task}"


def _read(task: str, period: int, rows: list[str]) -> Outcomes:
    # A run that ended later than now was recorded before a clock was set back, and says nothing.
    latest = time.time() + CLOCK_SECONDS
    runs = []
    for row in rows:
        outcome, _, ended = row.partition(" ")
        at = moment(ended)
        if at is not None and at <= latest and outcome in ("ok", "failed"):
            runs.append((at, outcome == "ok"))
    return Outcomes(task, period, runs)
