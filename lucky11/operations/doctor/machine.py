"""Checks of this machine: Python, packages, PostgreSQL's programs, time zones, files, and the web port."""

import json
import os
import platform
import resource
import socket
import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from django.conf import settings
from django.db import DatabaseError, connection
from packaging.requirements import Requirement

from lucky11.monitoring import readiness
from lucky11.operations import OperationError, postgres_programs
from lucky11.operations.doctor.results import Result, ok, problem, some_of, warning

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 15
LOCK_FILE = "requirements.txt"
# What backups, restores and base backups run.
PROGRAMS = ("pg_dump", "pg_restore", "pg_basebackup")
# A connection of a player, of the database and of Redis is one each, and so is every static file in use.
FEWEST_FILES = 1024
FEWEST_ZONES = 400


def python() -> Result:
    """Check the version of Python."""
    found = f"Python {platform.python_version()} in {sys.prefix}."
    if sys.version_info[:2] < OLDEST_PYTHON:
        needed = ".".join(map(str, OLDEST_PYTHON))
        return problem(found, f"Install Python {needed} or newer, and make the virtual environment again.")
    return ok(found)


def packages() -> Result:
    """Compare the installed packages with the lock file."""
    locked = list(_locked())
    wrong = [each for name, wanted in locked if (each := _other_version(name, wanted))]
    if not wrong:
        return ok(f"All {len(locked)} packages of {LOCK_FILE} are installed in its versions.")
    advice = f"Run `.venv/bin/pip install --require-hashes -r {LOCK_FILE}`, then restart the site."
    return problem(f"{len(wrong)} packages differ from {LOCK_FILE}: {some_of(wrong)}.", advice)


def _locked() -> Iterator[tuple[str, str]]:
    for line in (settings.BASE_DIR / LOCK_FILE).read_text().splitlines():
        if line and line[0].isalnum():
            requirement = Requirement(line.rstrip(" \\"))
            if requirement.marker is None or requirement.marker.evaluate():
                yield requirement.name, next(iter(requirement.specifier)).version


def _other_version(name: str, wanted: str) -> str:
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} {wanted} is not installed"
    return "" if found == wanted else f"{name} is {found} instead of {wanted}"


def programs() -> Result:
    """Find PostgreSQL's client programs, at least as new as the server."""
    needed = OLDEST_POSTGRES
    with suppress(DatabaseError):
        connection.ensure_connection()
        needed = max(needed, connection.connection.info.server_version // 10_000)
    try:
        found = [postgres_programs.find(name, needed) for name in PROGRAMS]
    except OperationError as reason:
        advice = f"Install the client programs of PostgreSQL {needed}: no backup can be made without them."
        return problem(str(reason).partition(" Nothing was changed.")[0], advice)
    return ok(f"{', '.join(map(str, found))} are new enough for a server of version {needed}.")


def time_zones() -> Result:
    """Check that the time zones that players choose from are on this machine."""
    zones = zoneinfo.available_timezones()
    if len(zones) < FEWEST_ZONES:
        return problem(f"This machine knows {len(zones)} time zones.", "Install the package tzdata.")
    return ok(f"This machine knows {len(zones)} time zones.")


def files() -> Result:
    """Check how many files a process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    found = f"A process may have {soft} files open ({hard} at most)."
    if soft != resource.RLIM_INFINITY and soft < FEWEST_FILES:
        return warning(found, f"Raise LimitNOFILE of the unit, or `ulimit -n`, to {FEWEST_FILES} or more.")
    return ok("A process may have any number of files open." if soft == resource.RLIM_INFINITY else found)


def web_port() -> Result:
    """Check that the web server can have its port, or has it."""
    host, text = os.environ.get("WEB_HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        return problem(f"PORT is {text!r}.", "Set PORT to a number from 1 to 65535.")
    port = int(text)
    try:
        with socket.create_server((host, port)):
            return ok(f"Port {port} of {host} is free.")
    except PermissionError:
        return problem(f"Port {port} is reserved for root.", "Set PORT to a number above 1023.")
    except OSError as error:
        if _is_ours(host, port):
            return ok(f"Port {port} of {host} is this site's.")
        said = (
            f"Port {port} of {host} is not to be had ({error.strerror}), and this site does not answer there."
        )
        return problem(said, f"`ss -ltnp 'sport = :{port}'` names the program; end it, or set another PORT.")


def _is_ours(host: str, port: int) -> bool:
    """Say whether /readyz answers there as this site does, whether it is ready or not."""
    with suppress(ValueError):
        answer = json.loads(readiness.ask(host, port)[1])
        return isinstance(answer, dict) and {"database", "redis", "version"} <= set(answer)
    return False
