"""The processes that a bin/run or bin/test has started, none of which outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from lucky11.bootstrap import Refusal, Stopped
from lucky11.embedded import locks, paths, processes

SUPERVISOR_SECONDS = 8
TOO_FULL = "No space left on device"


class ProcessGroup:
    """Processes with the data folder in their environment, which finds them wherever they fork."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.data = paths.data_folder()
        self.data.mkdir(parents=True, exist_ok=True)
        own = {
            processes.MARK: str(self.data),
            "LUCKY11_DATA": str(self.data),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
        }
        self.environment = os.environ | own
        self.supervisor: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Refuse a second run in this data folder, end what a killed one left, and leave nothing behind."""
        try:
            lock = locks.open_lock(self.data, "run")
        except PermissionError as error:
            raise Refusal(f"{error.filename} belongs to another account; start it as that account.") from None
        if not locks.try_lock(lock, locks.EXCLUSIVE):
            raise Refusal(f"{self.name} is already running in {self.data}; stop it first.")
        try:
            processes.end_marked(self.data)
            yield
        finally:
            os.close(lock)

    @contextlib.contextmanager
    def ended_at_exit(self) -> Iterator[None]:
        """End every process of the group when the block ends."""
        try:
            yield
        finally:
            self._end_supervisor()
            processes.end_marked(self.data)
            if self.supervisor:
                self.supervisor.poll()

    def _end_supervisor(self) -> None:
        """Ask its processes to end, even ones it is only now starting; it leaves after the last.

        honcho itself must not get the signal: before all of its processes are up, that breaks and hangs it.
        """
        asked = set()
        deadline = time.monotonic() + SUPERVISOR_SECONDS
        while self.supervisor and self.supervisor.poll() is None and time.monotonic() < deadline:
            for process in processes.marked(self.data):
                leads = process.pid != self.supervisor.pid and process.pid not in asked
                with contextlib.suppress(psutil.Error, OSError):
                    if leads and os.getsid(process.pid) == process.pid:
                        process.terminate()
                        asked.add(process.pid)
            time.sleep(0.05)

    def step(self, what: str, *command: str) -> None:
        """Run one command to its end, quietly. Raises Refusal, after its output, if it fails."""
        print(what, flush=True)
        with self._popen(command, subprocess.PIPE) as child:
            try:
                output = child.communicate()[0].decode(errors="replace")
            except Stopped:
                os.killpg(child.pid, signal.SIGTERM)
                raise
        if child.returncode:
            if TOO_FULL in output:
                raise Refusal(f"the disk under {self.data} is full.")
            print(output[-6000:], file=sys.stderr)
            raise Refusal(f"`{' '.join(command[1:])}` failed; the lines above say why.")

    def start_supervisor(self, *command: str) -> subprocess.Popen[bytes]:
        """Start the one process that runs the others."""
        self.supervisor = self._popen(command)
        return self.supervisor

    def start_beside(self, *command: str) -> None:
        """Start a process that the site can do without."""
        self._popen(command)

    def _popen(self, command: tuple[str, ...], output: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=paths.ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output and subprocess.STDOUT,
            start_new_session=True,
        )
