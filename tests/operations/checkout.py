"""A copy of the checkout, and bin/run started in it."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lucky11.bootstrap import STAMP
from lucky11.embedded import paths
from tests.operations.conftest import open_folder
from tests.operations.processes import belonging_to, eventually

OURS = (
    "LUCKY11_",
    "PG",
    "DATABASE_",
    "REDIS_",
    "SECRET_",
    "DEBUG",
    "EMAIL_",
    "PORT",
    "DJANGO_",
    "SITE_",
    "LEDGER_",
)
NEEDS_AN_ENVIRONMENT = pytest.mark.skipif(
    not (Path(sys.prefix) / STAMP).exists(), reason="needs an environment that bin/test has made"
)


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    """A copy of what is in the checkout, committed or not."""
    with open_folder() as folder:
        for name in files_of_the_checkout():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.ROOT / name, folder / name)
        yield folder


def files_of_the_checkout() -> list[Path]:
    """What git would clone or would add, relative to the root; without git, all but what a start makes."""
    listing = ["git", "-C", str(paths.ROOT), "ls-files", "-coz", "--exclude-standard"]
    listed = subprocess.run(listing, capture_output=True, text=True)
    if listed.returncode == 0:
        found = [Path(name) for name in listed.stdout.split("\0") if name]
    else:
        made = {".git", ".venv", ".data", ".env", "__pycache__"}
        everything = (path.relative_to(paths.ROOT) for path in paths.ROOT.rglob("*"))
        found = [path for path in everything if not made.intersection(path.parts)]
    return [path for path in found if (paths.ROOT / path).is_file()]


class Started:
    """A bin/run in a session of its own, and what it has said."""

    def __init__(self, checkout: Path, port: int, **variables: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.data = Path(variables.get("LUCKY11_DATA", checkout / ".data/run"))
        self.output = Path(tempfile.mkstemp(prefix="said-", dir=checkout)[1])
        self.port = port
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [str(checkout / "bin/run")],
                env=clean | {"LUCKY11_VENV": sys.prefix, "PORT": str(port)} | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text()

    def has_said(self, words: str) -> bool:
        """Whether it says the words before it ends."""
        eventually(lambda: words in self.said() or self.process.poll() is not None, 90)
        return words in self.said()

    def end(self, signum: int = signal.SIGTERM) -> int:
        self.process.send_signal(signum)
        return self.process.wait(40)

    def status(self, path: str) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def leavings(self) -> list[str]:
        return belonging_to(self.data)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(checkout: Path, free_port: int) -> Iterator[Callable[..., Started]]:
    """Start bin/run in the copy; whatever a failing test leaves is killed."""
    all_started: list[Started] = []

    def start_one(port: int = free_port, **variables: str) -> Started:
        all_started.append(Started(checkout, port, **variables))
        return all_started[-1]

    yield start_one
    for each in all_started:
        each.process.kill()
        each.process.wait()
        eventually(lambda each=each: not each.leavings())  # type: ignore[misc]
