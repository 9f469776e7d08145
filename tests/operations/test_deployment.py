"""What ships for running the site starts the same processes as the Procfile, and its programs take it."""

import os
import re
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from lucky11 import processes
from lucky11.embedded.paths import ROOT
from lucky11.operations import connection_budget
from tests.operations.proxies import PACKAGES, program

FOLDER = ROOT / "docs/deployment"
UNITS = FOLDER / "systemd"
PROCFILE = dict(re.findall(r"^(\w+): (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE))


def run(*command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload,no-any-return]


def unit(name: str) -> RawConfigParser:
    read = RawConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(UNITS / f"lucky11-{name}.service")
    return read


def test_the_procfile_starts_every_process_and_needs_no_shell_to_split_anything():
    assert tuple(PROCFILE) == processes.NAMES
    for name, line in PROCFILE.items():
        assert line == f"exec python -m lucky11.processes {name}"


def test_a_unit_of_systemd_starts_each_of_them_and_starts_it_again_for_ever():
    names = {path.stem.removeprefix("lucky11-") for path in UNITS.glob("*.service")}
    assert names == set(PROCFILE)
    target = (UNITS / "lucky11.target").read_text()
    for name, line in PROCFILE.items():
        read = unit(name)
        command = read["Service"]["ExecStart"].replace("/srv/lucky11/.venv/bin/", "")
        assert f"exec {command}" == line
        assert read["Service"]["Restart"] == "always"
        assert read["Unit"]["StartLimitIntervalSec"] == "0"
        assert "Requires" not in read["Unit"]
        assert f"lucky11-{name}.service" in target


def test_systemd_takes_the_units_and_finds_little_exposed(tmp_path):
    analyze = program("systemd-analyze")
    for path in UNITS.iterdir():
        text = path.read_text().replace("/srv/lucky11/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text)
    verified = run(analyze, "verify", *sorted(tmp_path.iterdir()))
    assert (verified.returncode, verified.stderr) == (0, "")
    for path in tmp_path.glob("*.service"):
        scored = run(analyze, "security", "--offline=true", "--threshold=20", path)
        assert scored.returncode == 0, scored.stdout[-300:]


@pytest.mark.parametrize("name", processes.NAMES)
def test_each_process_gets_its_path_with_a_space_as_one_argument(name, monkeypatch):
    monkeypatch.setenv("BEAT_SCHEDULE", "/a folder/it's/beat")
    command = processes.command(name)
    assert ("/a folder/it's/beat" in command) == (name == "beat")


def test_a_number_that_is_none_ends_a_process_with_one_sentence():
    kept = {"PATH": os.environ["PATH"], "LUCKY11_ENV_FILE": "", "WEB_WORKERS": "two", "SECRET_KEY": "x"}
    kept |= {"DATABASE_URL": "postgres://a@127.0.0.1:1/a", "REDIS_URL": "redis://127.0.0.1:1/0"}
    kept |= {"ENCRYPTION_KEYS": "b25seS1mb3ItdGhpcy10ZXN0LW9ubHktZm9yLXRoaXM="}
    done = run(sys.executable, "-m", "lucky11.processes", "web", cwd=ROOT, env=kept)
    assert (done.returncode, done.stderr) == (1, "web: WEB_WORKERS is 'two', which is not a whole number.\n")


def test_the_documents_table_of_connections_is_the_computed_one(monkeypatch):
    for name in ("WEB_WORKERS", "WEB_POOL_SIZE", "WEB_THREADS", "WORKER_THREADS"):
        monkeypatch.delenv(name, raising=False)
    page = (ROOT / "docs/deployment.md").read_text()
    for part in connection_budget.parts():
        assert f"| {part.name} | {part.formula} | {part.connections} |" in page
    assert f"| together | | {connection_budget.total()} |" in page


def test_the_documents_name_every_package_that_a_test_asks_for():
    page = (ROOT / "docs/testing.md").read_text()
    assert [name for name in PACKAGES.values() if f"| `{name}` |" not in page] == []


def test_caddy_takes_the_file():
    done = run(program("caddy"), "validate", "--adapter", "caddyfile", "--config", FOLDER / "Caddyfile")
    assert done.returncode == 0, done.stderr


def test_logrotate_takes_the_file_for_those_who_log_to_files(tmp_path):
    account = "root" if os.geteuid() == 0 else os.environ.get("USER", "root")
    text = (FOLDER / "logrotate.conf").read_text().replace("su lucky11 lucky11", f"su {account} {account}")
    (tmp_path / "lucky11").write_text(text.replace("/var/log/lucky11", str(tmp_path)))
    (tmp_path / "web.log").write_text("a line\n")
    done = run(program("logrotate"), "--debug", tmp_path / "lucky11")
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    assert "web.log" in done.stderr
