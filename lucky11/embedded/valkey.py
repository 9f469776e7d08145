"""One Valkey server: the queue and the cache, so it keeps nothing on disk."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from pathlib import Path
from typing import IO

from lucky11.embedded import processes
from lucky11.embedded.account import Account, Programs


def answers(path: Path) -> bool:
    """Say whether a server on the socket takes commands."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(b"PING\r\n")
        return client.recv(5) == b"+PONG"
    return False


class Valkey:
    """The server listening in `runtime`, run by `account`."""

    process_name = "valkey-server"

    def __init__(self, home: Path, runtime: Path, account: Account, programs: Programs) -> None:
        self.folder = home / "valkey"
        self.log = home / "valkey.log"
        self.socket = runtime / "valkey.sock"
        self.account = account
        self.programs = programs

    def answers(self) -> bool:
        """Say whether it takes commands."""
        return answers(self.socket)

    def prepare(self) -> None:
        """Make its working directory."""
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            self.account.give(self.folder)

    def clear(self) -> None:
        """End a server that is still running here, and remove its socket."""
        self.stop()
        self.socket.unlink(missing_ok=True)

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server in a session of its own, out of reach of Ctrl-C."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
        }
        command = [str(self.programs.valkey)]
        for name, value in settings.items():
            command += [f"--{name}", value]
        options = self.account.options()
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **options
        )

    def stop(self) -> None:
        """Stop the server."""
        processes.end(processes.working_in(self.folder, self.process_name))
