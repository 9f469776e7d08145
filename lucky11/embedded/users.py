"""Joining the embedded servers, which starts them when nobody has, and leaving them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lucky11.embedded import locks, paths, postgres, processes, valkey
from lucky11.embedded.account import EmbeddedError

JOIN_SECONDS = 120

# Keepers this process started: they may outlive its membership, and must be waited for when they end.
_keepers: list[subprocess.Popen[bytes]] = []


class Membership:
    """A share in the servers of one data folder; it also ends with the process, however that ends."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.keeper: subprocess.Popen[bytes] | None = None
        self.lock = locks.open_lock(data, "users")

    def enter(self) -> None:
        """Take the share and wait until both servers answer, starting them if nobody keeps them."""
        if not locks.wait_for_lock(self.lock, locks.SHARED, JOIN_SECONDS):
            raise EmbeddedError(f"the servers of {self.data} are being stopped, but are taking too long.")
        # One starter at a time: the keeper of a second one would wait for its turn, and start without users.
        starting = locks.open_lock(self.data, "starting")
        try:
            self._wait_for_servers(starting)
        finally:
            os.close(starting)

    def _wait_for_servers(self, starting: int) -> None:
        deadline = time.monotonic() + JOIN_SECONDS
        while not (locks.is_held(self.data, "ready") and self._answer()):
            if locks.try_lock(starting, locks.EXCLUSIVE) and not locks.is_held(self.data, "keeper"):
                self._start_keeper(starting)
            if time.monotonic() > deadline:
                raise EmbeddedError(f"the servers did not start in time; see {self.data}/keeper.log.")
            time.sleep(0.05)

    def _answer(self) -> bool:
        return postgres.answers(paths.postgres_socket(self.data)) and valkey.answers(
            paths.valkey_socket(self.data)
        )

    def _start_keeper(self, starting: int) -> None:
        if self.keeper is None or self.keeper.poll() == 0:
            self.keeper = _spawn_keeper(self.data, starting)
            _keepers.append(self.keeper)
        elif self.keeper.returncode is not None:
            with contextlib.suppress(OSError):
                raise EmbeddedError((self.data / "failure").read_text())
            raise EmbeddedError(f"the servers could not be started; see {self.data}/keeper.log.")

    def leave(self) -> None:
        """Give the share back; when it was the last one, return after the servers have stopped."""
        if self.lock < 0:
            return
        os.close(self.lock)
        self.lock = -1
        # One leaver at a time looks who is left, or two would take each other for somebody who stays.
        leaving = locks.open_lock(self.data, "leaving")
        probe = locks.open_lock(self.data, "users")
        try:
            if locks.wait_for_lock(leaving, locks.EXCLUSIVE, JOIN_SECONDS):
                self._wait_for_keeper(probe)
        finally:
            os.close(probe)
            os.close(leaving)
            _keepers[:] = [keeper for keeper in _keepers if keeper.poll() is None]

    def _wait_for_keeper(self, probe: int) -> None:
        """Wait until the keeper is gone, or return at once when others still share the servers."""
        deadline = time.monotonic() + JOIN_SECONDS
        while _is_kept(self.data) and time.monotonic() < deadline:
            if locks.try_lock(probe, locks.SHARED) and not locks.try_lock(probe, locks.EXCLUSIVE):
                return
            locks.release(probe)
            time.sleep(0.05)


def _is_kept(data: Path) -> bool:
    """Whether there is a keeper, or one that has been started and has not come so far."""
    return locks.is_held(data, "starting") or locks.is_held(data, "keeper")


def _spawn_keeper(data: Path, starting: int) -> subprocess.Popen[bytes]:
    """Start a keeper that neither our terminal nor our end reaches.

    It inherits the lock of those who start one, and drops it once it has its own: should a signal end us on
    the very line that starts it, it is still seen.
    """
    environment = {name: value for name, value in os.environ.items() if name != processes.MARK}
    environment |= {"LUCKY11_DATA": str(data), "PYTHONPATH": str(paths.ROOT)}
    log = data / "keeper.log"
    log.unlink(missing_ok=True)
    with open(log, "wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "lucky11.embedded.keeper", str(starting)],
            pass_fds=[starting],
            cwd=paths.ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def join() -> Membership:
    """Join the servers of this process's data folder, starting them if needed; raises EmbeddedError."""
    data = paths.data_folder()
    try:
        data.mkdir(parents=True, exist_ok=True)
        membership = Membership(data)
    except PermissionError as error:
        raise EmbeddedError(f"{error.filename} belongs to another account.") from error
    except OSError as error:
        raise EmbeddedError(f"{error.filename} cannot hold the servers' data: {error.strerror}.") from error
    try:
        membership.enter()
    except BaseException:
        membership.leave()
        raise
    return membership


@contextlib.contextmanager
def servers() -> Iterator[None]:
    """Have the servers for a while."""
    membership = join()
    try:
        yield
    finally:
        membership.leave()


def named(settings: Any) -> bool:
    """Say whether these Django settings name the embedded servers of this process's data folder."""
    database = settings.DATABASES["default"].get("HOST") == str(paths.runtime_folder())
    return database or str(settings.REDIS_URL).startswith(paths.redis_url().split("?")[0])


@contextlib.contextmanager
def servers_unless_held() -> Iterator[None]:
    """Have the servers for a while, unless what started this process has them for as long."""
    held = os.environ.get(processes.MARK) == str(paths.data_folder())
    with contextlib.nullcontext() if held else servers():
        yield
