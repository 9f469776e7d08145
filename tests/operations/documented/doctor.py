"""The doctor of a production, asked by a test: its lines by their names."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.operations.documented.production import Production

# What only the operator knows, and the documents leave open.
FACTS = {
    "DEFAULT_FROM_EMAIL": "Lucky11 <hello@lucky11.internal>",
    "ALERT_EMAILS": "operators@lucky11.internal",
}
Lines = dict[str, dict[str, str]]


@pytest.fixture
def doctor(documented: Production) -> Callable[..., Lines]:
    """What `manage.py doctor` says, by the names of its lines."""

    def ask(*arguments: str, role: str = "site", before: str = "start", **variables: str) -> Lines:
        stage = ["--before", before] if before else []
        given = FACTS | variables
        done = documented.manage(role, "doctor", "--json", *stage, *arguments, check=False, **given)
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        assert not [each for each in secrets(documented, given) if each in said]
        lines: Lines = {each["name"]: each for each in json.loads(done.stdout)["checks"]}
        assert all(bool(each["advice"]) is (each["state"] != "ok") for each in lines.values())
        assert done.returncode == any(each["state"] == "problem" for each in lines.values())
        return lines

    return ask


def secrets(documented: Production, given: dict[str, str]) -> set[str]:
    """Everything that nobody may read over a shoulder."""
    variables = documented.variables() | given
    keys = {variables["SECRET_KEY"], variables["ENCRYPTION_KEYS"], variables["BACKUP_KEYS"] or "-" * 40}
    return keys | set(documented.passwords.values())


def wrong(lines: Lines) -> dict[str, str]:
    """The lines that are not ok, and how serious they are; all backups of a test are on its own disk."""
    states = {name: each["state"] for name, each in lines.items() if each["state"] != "ok"}
    return {name: state for name, state in states.items() if name != "Disk of backups"}
