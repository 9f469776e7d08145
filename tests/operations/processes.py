"""Seeing which processes belong to a data folder, from outside of them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil


def belonging_to(folder: Path) -> list[str]:
    """The command lines of all processes that work in the folder or name it in their environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            data = process.environ().get("LUCKY11_DATA", "") if process.pid != os.getpid() else ""
            if process.status() != psutil.STATUS_ZOMBIE and _inside(folder, data, process.cwd()):
                found.append(" ".join(process.cmdline()))
    return found


def _inside(folder: Path, *paths: str) -> bool:
    return any(path and Path(path).is_relative_to(folder) for path in paths)


def eventually(condition: Callable[[], object], seconds: float = 30) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
