"""Servers that go away under a site at work: visitors meanwhile, and the tasks that must succeed then."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

from celery import Celery
from redis import Redis

from lucky11.schedule import BACKUPS, SWEEPS, name_of

# A page for players, which needs no Redis, and two for machines, which tell of it.
PLAYERS, MACHINES = "/", ("/readyz", "/metrics")
Kind = tuple[str, ...]


def kinds(*, backups: bool = False) -> list[Kind]:
    """Every task that beat schedules, with the arguments that it gives; backups where a site has them."""
    entries = (SWEEPS | BACKUPS if backups else SWEEPS).values()
    return sorted({(entry["task"], *entry.get("args", ())) for entry in entries})


class Server(Protocol):
    """A server that a test may stop and start."""

    def start(self) -> None:
        """Start it."""

    def stop(self) -> None:
        """Stop it."""


class Visitors:
    """Three who ask for one page after another while the block lasts, and what they were answered.

    `ask` tells the status of a page, 0 when nobody answers.
    """

    def __init__(self, ask: Callable[[str], int]) -> None:
        self.ask = ask
        self.answers: list[tuple[str, int, float]] = []
        self.over = threading.Event()

    def __enter__(self) -> Visitors:
        self.threads = [threading.Thread(target=self._visit, daemon=True) for _ in range(3)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def _visit(self) -> None:
        while not self.over.is_set():
            for page in (PLAYERS, *MACHINES):
                began = time.time()
                self.answers.append((page, self.ask(page), began))
                self.over.wait(0.02)

    def statuses(self, *pages: str, since: float = 0) -> Counter[int]:
        """How often each status was answered on these pages (to requests that began later than that)."""
        return Counter(status for page, status, began in self.answers if page in pages and began >= since)


def restart(server: Server) -> float:
    """Have a server away for a second; the time since when it is back."""
    server.stop()
    time.sleep(1)
    server.start()
    return time.time()


def send(broker: str, tasks: Iterable[Kind]) -> None:
    """Put tasks into the queue, as beat does."""
    with Celery(broker=broker, set_as_current=False) as app:
        for name, *arguments in tasks:
            app.send_task(name, arguments)


def missing(broker: str, tasks: Iterable[Kind], since: float) -> list[str]:
    """The tasks that have not succeeded since this time, as the worker recorded them."""
    found = []
    with Redis.from_url(broker, decode_responses=True) as redis:
        for name in (name_of(*task) for task in tasks):
            runs = [row.split() for row in redis.lrange(f"task:{name}", 0, -1)]
            if not any(outcome == "ok" and float(at) >= since for outcome, at in runs):
                found.append(name)
    return found
