"""One PostgreSQL cluster: made once, started over whatever a killed one left, ended in order."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import struct
import subprocess
from pathlib import Path
from typing import IO

import psutil

from lucky11.embedded import processes
from lucky11.embedded.account import Account, EmbeddedError, Programs
from lucky11.embedded.paths import NAME

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "logging_collector": "off",
    "jit": "off",
}


def answers(path: Path) -> bool:
    """Say whether a server on the socket lets us in now (and is not still starting or recovering)."""
    words = b"".join(word.encode() + b"\0" for word in ("user", NAME, "database", NAME, ""))
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
        welcome = client.recv(8192)
        client.sendall(struct.pack("!ci", b"X", 4))
        return welcome.startswith(b"R")
    return False


class Postgres:
    """The cluster in `home`, listening in `runtime`, run by `account`."""

    process_name = "postgres"

    def __init__(self, home: Path, runtime: Path, account: Account, programs: Programs) -> None:
        self.folder = home / "postgres"
        self.log = home / "postgres.log"
        self.socket = runtime / ".s.PGSQL.5432"
        self.account = account
        self.programs = programs

    def answers(self) -> bool:
        """Say whether it takes queries."""
        return answers(self.socket)

    def prepare(self) -> None:
        """Make the cluster with its one database, if it is not there; a half-made one is made again."""
        if self.folder.exists():
            return
        part = self.folder.with_name("postgres.part")
        shutil.rmtree(part, ignore_errors=True)
        options = ["--username", NAME, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"]
        options += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions"]
        self._tool("initdb", *options, "-D", str(part))
        self._tool("postgres", "--single", "-D", str(part), "postgres", stdin=f"CREATE DATABASE {NAME};\n")
        part.rename(self.folder)

    def _tool(self, name: str, *arguments: str, stdin: str = "") -> None:
        command = [str(self.programs.postgres / name), *arguments]
        options = self.account.options()
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, **options)
        if done.returncode:
            raise EmbeddedError(f"{name} failed: {(done.stderr or done.stdout).strip()[-2000:]}")

    def clear(self) -> None:
        """End a server that is still running here, and remove what a killed one left behind."""
        self.stop()
        for path in (self.folder / "postmaster.pid", self.socket, Path(f"{self.socket}.lock")):
            path.unlink(missing_ok=True)

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server in a session of its own, out of reach of Ctrl-C."""
        settings = SETTINGS | {"unix_socket_directories": str(self.socket.parent)}
        command = [str(self.programs.postgres / "postgres"), "-D", str(self.folder)]
        command += [f"--{name}={value}" for name, value in settings.items()]
        options = self.account.options()
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **options
        )

    def stop(self) -> None:
        """Shut down in order (disconnecting everyone), or by force when that takes longer than 20 seconds."""
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
            leader = psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))
            if leader in processes.working_in(self.folder, self.process_name):
                leader.send_signal(signal.SIGINT)
                processes.wait([leader], 20)
        left = processes.working_in(self.folder, self.process_name)
        processes.kill(processes.wait(left, 2))
