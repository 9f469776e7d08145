"""bin/run says in one sentence why it cannot start, and what was half installed is installed again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from lucky11.bootstrap import STAMP, Refusal, need_space
from lucky11.embedded import paths
from tests.operations.checkout import NEEDS_AN_ENVIRONMENT, OURS, Started, checkout, free_port, start
from tests.operations.processes import belonging_to, eventually

__all__ = ["checkout", "free_port", "start"]
pytestmark = [pytest.mark.slow, NEEDS_AN_ENVIRONMENT]


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
