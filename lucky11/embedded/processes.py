"""Finding and ending processes by what they are, not by remembered numbers that others may have now."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

MARK = "LUCKY11_RUN"


def working_in(folder: Path, name: str) -> list[psutil.Process]:
    """Return the processes of that name whose working directory is the folder, where servers keep theirs."""
    found = []
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == name:
            with contextlib.suppress(psutil.Error, OSError):
                if Path(process.cwd()) == folder:
                    found.append(process)
    return found


def marked(data: Path) -> Iterator[psutil.Process]:
    """Return the processes of bin/run or bin/test for this data folder, by a mark in their environment."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(data):
                yield process


def running(process: psutil.Process) -> bool:
    """Say whether the process still runs; a dead one that its parent has not collected does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def wait(chosen: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until the processes have ended, at most so long; returns those that have not."""
    deadline = time.monotonic() + seconds
    left = [process for process in chosen if running(process)]
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [process for process in left if running(process)]
    return left


def end(processes: Iterable[psutil.Process], seconds: float = 5) -> None:
    """Ask the processes to end, and kill what is left after so many seconds."""
    chosen = list(processes)
    for process in chosen:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    kill(wait(chosen, seconds))


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill the processes and wait until they are gone."""
    chosen = list(processes)
    for process in chosen:
        with contextlib.suppress(psutil.Error):
            process.kill()
    wait(chosen, 5)


def end_marked(data: Path, seconds: float = 5) -> None:
    """End everything that a run of this data folder has left behind, also what starts meanwhile."""
    for _ in range(3):
        end(marked(data), seconds)
