"""manage.py and bin/test bring the servers they need, and take them away again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lucky11.development.test import test_environment as environment_of_bin_test
from lucky11.embedded import paths
from tests.operations.processes import belonging_to

pytestmark = pytest.mark.slow


def manage(data: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    configuration = {
        "SECRET_KEY": "only-for-this-test",
        "ENCRYPTION_KEYS": "b25seS1mb3ItdGhpcy10ZXN0LW9ubHktZm9yLXRoaXM=",
        "DEBUG": "true",
        "DATABASE_URL": "embedded:",
        "REDIS_URL": "embedded:",
        "LUCKY11_ENV_FILE": "",
        "LUCKY11_DATA": str(data),
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=paths.ROOT,
        env=os.environ | configuration | variables,
        capture_output=True,
        text=True,
    )


def test_a_management_command_has_its_servers_for_as_long_as_it_runs(place: Path) -> None:
    done = manage(place / "data", "showmigrations", "accounts")
    assert (done.returncode, done.stderr) == (0, "")
    assert "[ ] 0001_initial" in done.stdout
    assert belonging_to(place / "data") == []


def test_a_command_that_asks_no_server_starts_none(place: Path) -> None:
    done = manage(place / "data", "check")
    assert done.returncode == 0, done.stderr
    assert not (place / "data").exists()


def test_a_missing_variable_is_one_sentence_that_names_it_and_bin_run(place: Path) -> None:
    done = manage(place / "data", "migrate", DATABASE_URL="", PGDATABASE="")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "DATABASE_URL" in done.stderr
    assert "bin/run" in done.stderr


def test_servers_that_cannot_start_are_one_sentence(place: Path) -> None:
    (place / "data").write_text("a file where the folder should be")
    done = manage(place / "data", "migrate")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_the_suite_never_touches_the_data_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LUCKY11_DATA", "LUCKY11_ENV_FILE", "DATABASE_URL", "REDIS_URL", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    environment = environment_of_bin_test()
    assert environment["LUCKY11_DATA"] == ".data/test"
    assert environment["LUCKY11_ENV_FILE"] == ""
    assert environment["DATABASE_URL"] == environment["REDIS_URL"] == "embedded:"
    monkeypatch.setenv("DATABASE_URL", "postgres://else@where/db")
    assert environment_of_bin_test()["DATABASE_URL"] == "postgres://else@where/db"
