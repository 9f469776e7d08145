"""Make the virtual environment with the locked packages, then become a program in it.

Runs on the machine's own Python with nothing installed, so it imports the standard library only.
The caller is bin/find-python: ``bootstrap.py NAME REQUIREMENTS MODULE [ARGUMENT…]``.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
STAMP = "lucky11-packages.json"
# Each lock file has the packages of those before it, too.
LOCK_FILES = ("requirements.txt", "requirements-embedded.txt", "requirements-dev.txt")
INSTALL_MEGABYTES = 900
FULL_BYTES = 50_000_000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Refusal(Exception):
    """A reason not to start, as one sentence for the person at the keyboard."""


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived; carries the exit code a shell expects (128 + signal)."""

    def __init__(self, signum: int) -> None:
        self.code = 128 + signum


def stop_on_signals() -> None:
    """Turn the first stop signal into Stopped; later ones are ignored while things are put away."""

    def stop(signum: int, _frame: object) -> None:
        for each in STOP_SIGNALS:
            signal.signal(each, lambda *_: None)
        raise Stopped(signum)

    for each in STOP_SIGNALS:
        # A shell starts background jobs with SIGINT ignored, and still expects to be able to end them;
        # only nohup's SIGHUP is meant to stay ignored.
        if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, stop)


def port_number() -> int:
    """Return the port from PORT (default 8000). Raises Refusal if it is not a port or is in use."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise Refusal(f"PORT is {text!r}, which is not a port number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError:
            raise Refusal(f"only root may open port {text}; choose one above 1023.") from None
        except OSError:
            raise Refusal(f"port {text} is in use; choose another, for example PORT=8001 bin/run.") from None
    return int(text)


def need_space(folder: Path, megabytes: int) -> None:
    """Refuse if the folder's disk has less than this many megabytes free."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < megabytes:
        raise Refusal(f"{folder} has {free} MB of disk space left, but needs {megabytes} MB.")


def venv_folder() -> Path:
    """Return the folder of the virtual environment: LUCKY11_VENV, or .venv in the checkout."""
    return Path(os.environ.get("LUCKY11_VENV") or ROOT / ".venv").absolute()


def _digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def _python_version(python: Path) -> str:
    """Return the version of the environment's Python, or "" if it does not start."""
    probe = "import sys; print(sys.version_info[:2])"
    with contextlib.suppress(OSError):
        return subprocess.run([python, "-I", "-c", probe], capture_output=True, text=True).stdout.strip()
    return ""


def _stamp(venv: Path) -> dict[str, str]:
    """Return what is installed; nothing if the environment is incomplete, moved or without its Python."""
    try:
        stamp: dict[str, str] = json.loads((venv / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    same = stamp.get("folder") == str(venv) and stamp.get("python") == _python_version(venv / "bin/python")
    return stamp if same else {}


@contextlib.contextmanager
def _only_one(venv: Path) -> Iterator[int]:
    """Hold the environment's lock; yields its file number, which pip inherits so that an orphan keeps it."""
    lock = os.open(f"{venv}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        told = False
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if not told:
                print("Another process is installing the packages; waiting for it.", flush=True)
                told = True
            time.sleep(0.2)
        yield lock
    finally:
        os.close(lock)


def _step(command: list[str], venv: Path, lock: int) -> None:
    """Run one installing command in a session of its own; end it when we are stopped."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        pass_fds=[lock],
    ) as child:
        try:
            output, _ = child.communicate()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            raise
    if child.returncode:
        if "No space left" in output or shutil.disk_usage(venv.parent).free < FULL_BYTES:
            raise Refusal("the disk is full: the packages could not be installed.")
        print(output[-4000:], file=sys.stderr)
        raise Refusal("the packages could not be installed; the lines above say why.")


def _make(venv: Path, requirements: str, lock: int) -> None:
    need_space(venv.parent, INSTALL_MEGABYTES)
    stamp = _stamp(venv)
    (venv / STAMP).unlink(missing_ok=True)
    if not stamp:
        if venv.exists() and any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
            raise Refusal(f"{venv} exists but is not a virtual environment; move it away.")
        print(f"Creating the virtual environment {venv}.", flush=True)
        _step([sys.executable, "-m", "venv", "--clear", str(venv)], venv, lock)
    print(f"Installing the packages of {requirements} (only once; takes about a minute).", flush=True)
    pip = [str(venv / "bin/python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    _step(
        [*pip, "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", requirements],
        venv,
        lock,
    )
    installed = {
        "folder": str(venv),
        "python": _python_version(venv / "bin/python"),
        **{name: _digest(name) for name in LOCK_FILES[: LOCK_FILES.index(requirements) + 1]},
    }
    (venv / STAMP).write_text(json.dumps(installed))


def ensure_venv(requirements: str) -> Path:
    """Return the environment's Python, after installing the named lock file if necessary."""
    venv = venv_folder()
    if _stamp(venv).get(requirements) != _digest(requirements):
        venv.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(venv) as lock:
            if _stamp(venv).get(requirements) != _digest(requirements):
                _make(venv, requirements, lock)
    return venv / "bin/python"


def say_and_exit(name: str, reason: BaseException) -> NoReturn:
    """Exit with one sentence (none for a stop signal) and the right exit code."""
    if isinstance(reason, Stopped):
        sys.exit(reason.code)
    if isinstance(reason, OSError) and reason.errno in (errno.ENOSPC, errno.EDQUOT):
        reason = Refusal("the disk is full.")
    if isinstance(reason, OSError) and reason.errno == errno.EROFS:
        reason = Refusal(
            f"{reason.filename} is on a disk that is read-only; put the checkout where it can be written to."
        )
    print(f"{name}: {reason}", file=sys.stderr)
    sys.exit(1)


def main() -> None:
    """Install what is missing, then replace this process by the module that was asked for."""
    name, requirements, module, *arguments = sys.argv[1:]
    stop_on_signals()
    try:
        if name == "bin/run" and not _stamp(venv_folder()):
            port_number()  # fails before a minute of installing, not after it
        python = ensure_venv(requirements)
        os.chdir(ROOT)
        os.execv(python, [str(python), "-m", module, *arguments])
    except (Refusal, Stopped, OSError) as reason:
        say_and_exit(name, reason)


if __name__ == "__main__":
    main()
