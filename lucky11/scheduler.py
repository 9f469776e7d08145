"""Beat's scheduler: a clock that was set back, or a schedule from the future, is no reason to wait."""

import time
from typing import Any

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):
    """Celery's scheduler with its schedule in a file, which counts a run in the future as one of now.

    Celery waits until the clock is where it was, and sends nothing for the whole jump. A calendar task that
    was missed before such a run is left out; every other sweep goes on within its period.
    """

    _newest = 0.0

    def setup_schedule(self) -> None:
        """Read the schedule."""
        super().setup_schedule()
        self._end_the_future()

    def tick(self, *args: Any, **options: Any) -> float:
        """Send what is due; return the seconds until the next."""
        now = time.time()
        if now < self._newest:
            self._end_the_future()
            # Made anew with the times of now.
            self._heap = None
        self._newest = now
        return float(super().tick(*args, **options))

    def _end_the_future(self) -> None:
        now = self.app.now()
        for entry in self.schedule.values():
            if entry.last_run_at and entry.last_run_at > now:
                entry.last_run_at = now
