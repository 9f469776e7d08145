"""Three file locks say who uses the servers and who keeps them; the kernel drops them with their process.

`users` is held shared by everyone who joined, and exclusively by a keeper that is ending. `keeper` is held
exclusively by the one process that starts, watches and stops the servers, and so is `ready` once they answer.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX


def open_lock(data: Path, name: str) -> int:
    """Open the lock file of that name in the data folder, and make it its owner's when we are root."""
    path = data / f"{name}.lock"
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_to_owner(path)
    return number


def give_to_owner(path: Path) -> None:
    """Hand what root made to the owner of its folder, who may start the servers next time."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)


def try_lock(number: int, kind: int) -> bool:
    """Take the lock if that needs no waiting."""
    try:
        fcntl.flock(number, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(number: int, kind: int, seconds: float) -> bool:
    """Take the lock, waiting at most so long."""
    deadline = time.monotonic() + seconds
    while not try_lock(number, kind):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_held(data: Path, name: str) -> bool:
    """Say whether some process holds the lock exclusively."""
    number = open_lock(data, name)
    try:
        return not try_lock(number, SHARED)
    finally:
        os.close(number)


def release(number: int) -> None:
    """Give the lock back and keep the file open."""
    fcntl.flock(number, fcntl.LOCK_UN)
