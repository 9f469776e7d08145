"""bin/run, on a copy of the checkout: up in one command, gone without a trace, and back with its data."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from lucky11 import embedded
from lucky11.bootstrap import STAMP, Refusal, need_space
from lucky11.embedded import paths, processes
from tests.operations.conftest import open_folder
from tests.operations.processes import belonging_to, eventually
from tests.support.nightly import at_night

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(sys.prefix) / STAMP).exists(), reason="needs an environment that bin/test has made"
    ),
]
OURS = ("LUCKY11_", "PG", "DATABASE_", "REDIS_", "SECRET_", "DEBUG", "EMAIL_", "PORT", "DJANGO_", "SITE_")
UP = "Lucky11 is running at"


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


def transactions(data: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("LUCKY11_DATA", str(data))
    with psycopg.connect(embedded.database_url()) as connection:
        row = connection.execute("SELECT count(*) FROM transactions").fetchone()
        assert row is not None
        return int(row[0])


def test_a_newcomer_starts_the_site_stops_it_and_finds_everything_again(
    start: Callable[..., Started], checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    assert first.has_said(UP), first.said()
    assert first.status("/readyz") == 200
    assert first.status("/") == 200
    for words in (f"http://127.0.0.1:{first.port}", "ana@lucky11.example", "staff@lucky11.example", "Ctrl-C"):
        assert words in first.said()
    environment_file = checkout / ".env"
    written = environment_file.read_text()
    assert environment_file.stat().st_mode & 0o777 == 0o600
    assert re.search(r"^SECRET_KEY=\w{50,}$", written, re.MULTILINE)
    seeded = transactions(first.data, monkeypatch)
    assert seeded > 0
    assert first.end(signal.SIGINT) == 130
    assert first.leavings() == []
    assert "Traceback" not in first.said()

    second = start()
    assert second.has_said(UP), second.said()
    assert transactions(second.data, monkeypatch) >= seeded
    assert "demo draws" not in second.said()
    assert environment_file.read_text() == written
    assert second.end(signal.SIGTERM) == 143
    assert second.leavings() == []


@pytest.mark.nightly
def test_a_checkout_in_a_folder_with_an_unusual_and_long_name_starts_the_site(
    checkout: Path, place: Path, free_port: int
) -> None:
    unusual = place / 'a space, it\'s é "q" $x' / ("long" * 20)
    shutil.copytree(checkout, unusual, ignore=shutil.ignore_patterns(".data", ".env", "said-*"))
    run = Started(unusual, free_port)
    try:
        assert run.has_said(UP), run.said()
        assert run.status("/readyz") == 200
        assert run.end() == 143
        assert list((unusual / ".data/run").glob("beat-schedule*"))
    finally:
        run.process.kill()
        run.process.wait()
        assert eventually(lambda: not run.leavings())


@pytest.mark.parametrize(
    ("moment", "signum"),
    [
        ("", signal.SIGTERM),
        ("Starting PostgreSQL", signal.SIGINT),
        at_night("Migrating the database", signal.SIGTERM),
        at_night("Adding demo", signal.SIGINT),
        ("web.1 started", signal.SIGTERM),
    ],
)
def test_a_start_that_is_stopped_half_way_leaves_no_process(
    start: Callable[..., Started], place: Path, moment: str, signum: signal.Signals
) -> None:
    run = start(LUCKY11_DATA=str(place / "data")) if moment != "web.1 started" else start()
    assert run.has_said(moment)
    code = run.end(signum)
    # Before our first line of Python runs, the signal itself is the answer.
    assert code == 128 + signum or (not moment and code == -signum)
    assert run.leavings() == []
    assert "Traceback" not in run.said()


@pytest.mark.nightly
def test_after_a_start_that_was_stopped_half_way_the_next_one_works(start: Callable[..., Started]) -> None:
    stopped = start()
    assert stopped.has_said("Migrating the database")
    stopped.end()
    again = start()
    assert again.has_said(UP), again.said()
    again.process.kill()  # nothing of ours runs after this, and still all of it has to end
    again.process.wait()
    assert eventually(lambda: not again.leavings())
    third = start()
    assert third.has_said(UP), third.said()

    refused = start(port=third.port)
    assert refused.process.wait(30) == 1
    assert "already running" in refused.said()

    [worker, *_] = [each for each in processes.marked(third.data) if "worker" in each.cmdline()]
    worker.kill()
    assert third.process.wait(40) == 1
    assert third.said().strip().endswith("the lines above say which and why.")
    assert third.leavings() == []


def test_a_port_in_use_is_said_before_anything_starts(start: Callable[..., Started], place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        run = start(port=other.getsockname()[1], LUCKY11_DATA=str(place / "data"))
        assert run.process.wait(30) == 1
    assert run.said().strip() == (
        f"bin/run: port {run.port} is in use; choose another, for example PORT=8001 bin/run."
    )
    assert not (place / "data/servers").exists()


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "8000 ", "٣"])
def test_a_port_that_is_none_is_said(start: Callable[..., Started], place: Path, port: str) -> None:
    run = start(PORT=port, LUCKY11_DATA=str(place / "data"))
    assert run.process.wait(30) == 1
    assert run.said() == f"bin/run: PORT is {port!r}, which is not a port number from 1 to 65535.\n"


def test_a_full_disk_is_said() -> None:
    with pytest.raises(Refusal, match=r"MB of disk space left, but needs \d+ MB"):
        need_space(paths.ROOT, 10**12)


@pytest.mark.parametrize(
    ("prepared", "sentence"),
    [
        (
            "mount --bind {0} {0} && mount -o remount,bind,ro {0}",
            r"{0}/\S+ is on a disk that is read-only;",
        ),
        (
            "mkdir -p {0}/.data/run && mount -t tmpfs -o size=2m tmpfs {0}/.data/run",
            r"has \d MB of disk",
        ),
    ],
    ids=["read-only", "full"],
)
def test_a_disk_that_takes_nothing_is_said_and_nothing_starts(
    checkout: Path, place: Path, free_port: int, prepared: str, sentence: str
) -> None:
    # The disk is the test's own: no process outside of this namespace sees it.
    apart = ["unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-root-user"))]
    if subprocess.run([*apart, "mount", "-t", "tmpfs", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("this machine does not let the test mount anything")
    copy = shutil.copytree(checkout, place / "copy", ignore=shutil.ignore_patterns(".data", ".env", "said-*"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(
        [*apart, "sh", "-ec", f"{prepared.format(copy)}; exec {copy}/bin/run"],
        env=clean | {"LUCKY11_VENV": sys.prefix, "PORT": str(free_port)},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(rf"bin/run: .*{sentence.format(copy)}[^\n]*\.\n", done.stderr), done.stderr
    assert not belonging_to(copy)


def test_servers_named_in_the_environment_are_used_and_none_are_started(
    start: Callable[..., Started], place: Path
) -> None:
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    run = start(LUCKY11_DATA=str(place / "data"), **nowhere)
    assert run.process.wait(60) == 1
    assert "`manage.py migrate --verbosity 0` failed" in run.said()
    assert "Starting PostgreSQL" not in run.said()
    assert not (place / "data/servers").exists()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 127", "bin/run: needs Python 3.11 or newer, but there is none on PATH.\n"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "bin/run: python3 has no venv module;"),
    ],
)
def test_without_a_fitting_python_one_sentence_says_so(
    checkout: Path, tmp_path: Path, script: str, sentence: str
) -> None:
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    tool = shutil.which("dirname")
    assert tool is not None
    (tmp_path / "dirname").symlink_to(tool)
    done = subprocess.run([checkout / "bin/run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.fixture
def small(checkout: Path, tmp_path: Path) -> Path:
    """A checkout without packages, so that its environment takes a second and not a minute."""
    shutil.copytree(checkout / "lucky11", tmp_path / "small/lucky11")
    (tmp_path / "small/requirements.txt").write_text("")
    return tmp_path / "small"


def bootstrap(small: Path) -> list[str]:
    return [sys.executable, "-I", str(small / "lucky11/bootstrap.py"), "bin/run", "requirements.txt", "this"]


def test_a_wrong_port_is_said_before_the_packages_are_installed(small: Path) -> None:
    done = subprocess.run(bootstrap(small), env={"PATH": os.defpath, "PORT": "abc"}, capture_output=True)
    assert (done.returncode, done.stdout) == (1, b"")
    assert not (small / ".venv").exists()


@pytest.mark.nightly
def test_packages_half_installed_by_a_killed_start_are_installed_again(small: Path) -> None:
    command = bootstrap(small)
    first = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={"PATH": os.defpath}, start_new_session=True
    )
    venv = small / ".venv"
    assert eventually((venv / "pyvenv.cfg").exists)
    first.send_signal(signal.SIGTERM)
    first.communicate()
    assert first.returncode == 143
    assert not [p for p in psutil.process_iter() if str(small) in " ".join(_command_line(p))]
    assert not (venv / STAMP).exists()

    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PATH": os.defpath})
        for _ in range(2)
    ]
    outputs = [each.communicate() for each in both]
    assert sorted(b"waiting for it" in output for output, _ in outputs) == [False, True]
    # The module `this` is the proof that Python came up in the environment.
    assert all(b"Zen of Python" in output and not errors for output, errors in outputs)


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
