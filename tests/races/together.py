"""Doing things at the same moment, and waiting for what must come rather than for a length of time."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
Answer = TypeVar("Answer")


def at_once(calls: Iterable[Callable[[], Answer]], seconds: float = 60) -> list[Answer | Exception]:
    """Make all calls at the same moment, each in a thread with a connection of its own.

    Returns what each answered or raised, in their order.
    """
    calls = list(calls)
    start = threading.Barrier(len(calls), timeout=seconds)

    def make(call: Callable[[], Answer]) -> Answer | Exception:
        try:
            connection.ensure_connection()
            start.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(make, calls, timeout=seconds))


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Return as soon as the condition holds; fail with `what` did not happen when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} seconds"
        time.sleep(0.02)


def wait_until_alone() -> None:
    """Return once the server knows of no other client of this database: each has done or undone its work."""

    def alone() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            return bool(cursor.fetchone()[0] == 0)

    wait_until(alone, "everybody else is gone")


def someone_waits_for_me() -> bool:
    """Whether another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def program(
    *arguments: str, environment: dict[str, str], **options: Any
) -> Iterator["subprocess.Popen[str]"]:
    """Have `python ARGUMENTS…` running in the checkout; ended, and if need be killed, after the block."""
    child = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        text=True,
        **options,
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                stream.close()


def refusals(outcomes: Sequence[object]) -> list[str]:
    """The names of the exceptions among the outcomes, sorted."""
    return sorted(type(outcome).__name__ for outcome in outcomes if isinstance(outcome, Exception))


def kill_a_worker(
    environment: dict[str, str], where: tuple[str, str, int], sweep: str = "close_due_draws"
) -> None:
    """Let a worker sweep, kill it where it is told to stop, and wait until the server has noticed."""
    kill_it_when_it_stops(environment, "-m", "tests.races.stopping", *map(str, where), sweep)


def kill_it_when_it_stops(environment: dict[str, str], *arguments: str) -> None:
    """The same for a program of the test's own."""
    with program(*arguments, environment=environment, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "stopped\n"
        worker.kill()
        worker.wait()
    wait_until_alone()
