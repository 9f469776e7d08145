"""The keeper: the one process that starts a data folder's servers, restarts a dead one, and stops both.

It waits for the lock that every user of the servers shares. A user that is killed drops its share like one
that leaves, so the servers never outlive the last of them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lucky11.embedded import locks, paths, processes
from lucky11.embedded.account import Account, EmbeddedError, programs, server_account, servers_home
from lucky11.embedded.postgres import Postgres
from lucky11.embedded.valkey import Valkey

MOST_FAILURES = 3
STOP_SECONDS = 20
PAUSE_SECONDS = 0.1
LOG_BYTES = 5_000_000
Server = Postgres | Valkey


class _Ended(BaseException):
    """The last user is gone, or somebody ended the keeper: no failure, wherever it arrives."""


def open_runtime_folder(data: Path, account: Account) -> Path:
    """Make the folder of the sockets, and refuse one in which somebody else could put theirs."""
    folder = paths.runtime_folder(data)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        account.give(folder)
    status = folder.lstat()
    owner = os.geteuid() if account.uid is None else account.uid
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner or status.st_mode & 0o077:
        raise EmbeddedError(f"{folder} belongs to another account or is open to others; remove it.")
    return folder


class Keeper:
    """Both servers of one data folder, from before the first start to after the last stop."""

    def __init__(self, data: Path) -> None:
        self.users = locks.open_lock(data, "users")
        self.ready = locks.open_lock(data, "ready")
        account = server_account(data)
        home = servers_home(data, account)
        runtime = open_runtime_folder(data, account)
        both = programs(home, account)
        self.servers: list[Server] = [
            Postgres(home, runtime, account, both),
            Valkey(home, runtime, account, both),
        ]
        self.children: dict[Server, subprocess.Popen[bytes]] = {}
        self.logs: dict[Server, IO[bytes]] = {}

    def start(self) -> None:
        """Start both; users wait until both answer."""
        for server in self.servers:
            self._end_without_users()
            server.clear()
            server.prepare()
            if server.log.exists() and server.log.stat().st_size > LOG_BYTES:
                server.log.replace(f"{server.log}.old")
            self.logs[server] = open(server.log, "ab")  # noqa: SIM115 (the children write it while we live)
            self.children[server] = server.start(self.logs[server])

    def watch(self) -> None:
        """Start again what dies until there are no users; give up on what never comes to answer."""
        failures = dict.fromkeys(self.servers, 1)
        while True:
            time.sleep(PAUSE_SECONDS)
            self._end_without_users()
            for server in self.servers:
                if self.children[server].poll() is not None:
                    failures[server] += 1
                    self._start_again(server, failures[server])
                elif failures[server] and server.answers():
                    failures[server] = 0
            if not any(failures.values()):
                locks.try_lock(self.ready, locks.EXCLUSIVE)

    def _start_again(self, server: Server, failures: int) -> None:
        if failures > MOST_FAILURES:
            with open(server.log, "rb") as log:
                log.seek(max(0, os.fstat(log.fileno()).st_size - 1500))
                raise EmbeddedError(f"{server.process_name} does not start: {log.read().decode()}")
        print(f"{server.process_name} died; starting it again", flush=True)
        server.clear()
        self.children[server] = server.start(self.logs[server])

    def _end_without_users(self) -> None:
        """Raise _Ended when nobody shares the users' lock, or somebody removed the data folder."""
        if locks.try_lock(self.users, locks.EXCLUSIVE) or not os.fstat(self.users).st_nlink:
            raise _Ended

    def stop(self) -> None:
        """Stop both, after whatever a killed run left running on them."""
        processes.end_marked(paths.data_folder())
        for child in self.children.values():
            child.send_signal(signal.SIGINT)
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)
        for server in self.servers:
            server.clear()
        with contextlib.suppress(OSError):
            self.servers[0].socket.parent.rmdir()


@contextlib.contextmanager
def _failure_written(data: Path) -> Iterator[None]:
    """Leave the reason of a failed start where the process that asked for the servers reads it."""
    failure = data / "failure"
    failure.unlink(missing_ok=True)
    try:
        yield
    except Exception as error:
        full = (errno.ENOSPC, errno.EDQUOT)
        no_space = "No space left" in str(error) or (isinstance(error, OSError) and error.errno in full)
        reason = f"the disk under {data} is full." if no_space else str(error)
        with contextlib.suppress(OSError):
            failure.write_text(reason)
            locks.give_to_owner(failure)
        raise


def keep(data: Path, starting: int) -> None:
    """Keep the servers of the data folder, unless somebody already does; gives up the starter's lock."""
    lock = locks.open_lock(data, "keeper")
    alone = locks.wait_for_lock(lock, locks.EXCLUSIVE, 1)
    os.close(starting)
    if not alone:
        return
    with _failure_written(data):
        keeper = Keeper(data)
        try:
            keeper.start()
            keeper.watch()
        finally:
            keeper.stop()


def main() -> None:
    """Keep the servers of LUCKY11_DATA until the last user leaves, or SIGTERM; drops the lock given to it."""

    def ended(_signum: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise _Ended

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.umask(0o077)
    try:
        with contextlib.suppress(_Ended):
            keep(paths.data_folder(), int(sys.argv[1]))
    except (EmbeddedError, OSError) as error:
        sys.exit(f"keeper: {error}")


if __name__ == "__main__":
    main()
