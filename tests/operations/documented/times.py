"""How long each command took on the documented production, as a table for the documents."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

import psutil

INTRODUCTION = """\
# How long the commands take

This page is written by
`bin/test --nightly tests/operations/test_as_documented_roles.py --command-times docs/operations/times.md`. Measured on
{machine}, on a small site (three players) at work, with PostgreSQL and Redis on the same machine.
Most of a short command's time is the start of Python. `db_drift` migrates a database of its own.

| command | role | seconds |
|---|---|---|
"""  # noqa: E501


@dataclass(frozen=True)
class Took:
    """One run of a command that worked."""

    command: str
    role: str
    seconds: float


def write(took: list[Took], where: str) -> None:
    """Write the page: each command as each role that ran it."""
    memory = psutil.virtual_memory().total // 2**30
    machine = f"{psutil.cpu_count()} cores and {memory} GB ({platform.system()}, {platform.machine()})"
    rows = {(each.command, each.role): each.seconds for each in took}
    names = {"site": "app"}
    lines = [
        f"| `manage.py {command}` | {names.get(role, role)} | {seconds:.1f} |"
        for (command, role), seconds in sorted(rows.items())
    ]
    Path(where).write_text(INTRODUCTION.format(machine=machine) + "\n".join(lines) + "\n")
