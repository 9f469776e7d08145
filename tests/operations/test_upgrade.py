"""An upgrade as documented: the owner's role, a running site, and a way back from wherever it stops."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production
from tests.operations.processes import eventually
from tests.support.nightly import at_night

__all__ = ["documented", "documented_servers"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]

OLD, NEW = "98.0.0", "99.0.0"
STEPS = (
    *("check", "back up", "maintenance on", "migrate"),
    *("collect static files", "restart", "verify", "maintenance off"),
)
MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("lucky11", "{previous}")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE incidents ADD COLUMN kite text", "ALTER TABLE incidents DROP COLUMN kite"
        )
    ]
"""
BROKEN = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("lucky11", "9000_planted")]
    operations = [migrations.RunSQL("{statement}", "SELECT 1")]
"""
# Starts the processes of one version in the place of those that run.
RESTART = """
import contextlib, json, os, signal, subprocess, sys
from pathlib import Path

here = Path(__file__).parent
given = json.loads((here / "restart.json").read_text())
pids = here / "pids.json"
for pid in json.loads(pids.read_text()) if pids.exists() else []:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
folder = given["folders"][os.environ["LUCKY11_VERSION"]]
started = []
for name in ("web", "worker", "beat"):
    with open(here / f"{name}.log", "ab") as log:
        process = subprocess.Popen(["sh", "-c", given["lines"][name]], cwd=folder, env=given["environment"],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        started.append(process.pid)
pids.write_text(json.dumps(started))
"""
KILLED = """
import os, signal
from dataclasses import replace
import django
django.setup()
from lucky11.operations.upgrades import run, steps

number = [step.name for step in steps.STEPS].index("{step}")
step = steps.STEPS[number]

def do(upgrade):
    step.do(upgrade)
    os.kill(os.getpid(), signal.SIGKILL)

steps.STEPS[number] = replace(step, do=do)
run.upgrade(print, steps.Options())
"""


class TwoVersions:
    """A production, and beside its code that of the next version, which adds a column."""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.new = production.place / "new"
        self.hook = production.place / "restart.py"

    def make(self) -> None:
        """Copy the code, give both their versions, and write the command that restarts."""
        old = self.production.checkout
        subprocess.run(["cp", "-a", str(old), str(self.new)], check=True)
        for folder, version in ((old, OLD), (self.new, NEW)):
            init = folder / "lucky11/__init__.py"
            lines = init.read_text().splitlines()
            said = [f'__version__ = "{version}"' if x.startswith("__version__") else x for x in lines]
            init.write_text("\n".join(said) + "\n")
        self.python(f"from lucky11.operations.upgrades import releases; releases.write('{OLD}')")
        self.previous = max(path.stem for path in (old / "lucky11/migrations").glob("[0-9]*.py"))
        self.plant("9000_planted", MIGRATION.format(previous=self.previous))
        environment = self.production.variables()
        environment["PATH"] = f"{old}/.venv/bin:{environment['PATH']}"
        given = {
            "folders": {OLD: str(old), NEW: str(self.new)},
            "environment": environment,
            "lines": self.production.lines(),
        }
        (self.hook.with_suffix(".json")).write_text(json.dumps(given))
        self.hook.write_text(RESTART)

    def plant(self, name: str, text: str) -> None:
        (self.new / f"lucky11/migrations/{name}.py").write_text(text)

    def python(self, code: str, role: str = "owner", **variables: str) -> subprocess.CompletedProcess[str]:
        """Python code, run in the new version as a role."""
        given = self.production.variables(role) | {"DJANGO_SETTINGS_MODULE": "lucky11.settings"} | variables
        command = [sys.executable, "-c", f"import django; django.setup()\n{textwrap.dedent(code)}"]
        return subprocess.run(command, cwd=self.new, env=given, capture_output=True, text=True)

    def manage(self, *arguments: str, role: str = "owner", **more: str) -> subprocess.CompletedProcess[str]:
        """A command of the new version, as a role."""
        command = [sys.executable, "manage.py", *arguments]
        environment = self.production.variables(role) | self.hooks() | more
        return subprocess.run(command, cwd=self.new, env=environment, capture_output=True, text=True)

    def hooks(self) -> dict[str, str]:
        return {"UPGRADE_RESTART_COMMAND": f"{sys.executable} {self.hook}"}

    def restart(self, version: str) -> None:
        environment = os.environ | {"LUCKY11_VERSION": version}
        subprocess.run([sys.executable, str(self.hook)], env=environment, check=True)

    def stop(self) -> None:
        pids = self.production.place / "pids.json"
        for pid in json.loads(pids.read_text()) if pids.exists() else []:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def answers(self, version: str) -> bool:
        """Whether the site is ready, and of this version."""
        with contextlib.suppress(Exception):
            found = self.production.get("/readyz")
            return found.status_code == 200 and found.json()["version"] == version
        return False

    def ask(self, words: str) -> list[tuple[object, ...]]:
        return self.production.postgres.ask(words)

    def has_new_column(self) -> bool:
        where = "table_name = 'incidents' AND column_name = 'kite'"
        return self.ask(f"SELECT 1 FROM information_schema.columns WHERE {where}") == [(1,)]

    def is_in_maintenance(self) -> bool:
        return self.manage("maintenance", "status", role="site").stdout != "off\n"

    def upgrades(self) -> list[object]:
        """How each upgrade on record ended, oldest first."""
        return [ok for (ok,) in self.ask("SELECT ok FROM operation_runs WHERE kind = 'upgrade' ORDER BY id")]

    def begin_anew(self) -> None:
        """The old version, running; nothing on record."""
        for path in (self.new / "lucky11/migrations").glob("9001*"):
            path.unlink()
        assert self.manage("migrate", "lucky11", self.previous).returncode == 0
        self.ask("DELETE FROM operation_runs WHERE kind IN ('upgrade', 'maintenance') RETURNING 1")
        self.restart(OLD)
        assert eventually(lambda: self.answers(OLD), 60)


@pytest.fixture(scope="module")
def made(documented: Production) -> Iterator[TwoVersions]:
    versions = TwoVersions(documented)
    versions.make()
    documented.manage("owner", "seed", "--force")
    try:
        yield versions
    finally:
        versions.stop()


@pytest.fixture
def versions(made: TwoVersions) -> TwoVersions:
    made.begin_anew()
    return made


def test_a_running_site_is_upgraded_in_one_command_by_its_owner(versions: TwoVersions):
    refused = versions.manage("upgrade", role="site")
    assert refused.returncode == 1
    assert "lucky11_owner" in refused.stderr
    shown = versions.manage("upgrade", "--plan").stdout
    assert [line.partition(": ")[0] for line in shown.splitlines()[:8]] == [
        f"{number}. {name}" for number, name in enumerate(STEPS, 1)
    ]
    assert "lucky11.9000_planted" in shown
    assert versions.upgrades() == []
    coins = versions.ask("SELECT id, coins FROM users ORDER BY id")
    done = versions.manage("upgrade")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Lucky11 {NEW} is running; it was {OLD}." in done.stdout
    assert versions.answers(NEW)
    assert versions.has_new_column()
    assert not versions.is_in_maintenance()
    assert versions.upgrades() == [True]
    assert versions.ask("SELECT id, coins FROM users ORDER BY id") == coins
    ((found,),) = versions.ask("SELECT details ->> 'backup' FROM operation_runs WHERE kind = 'upgrade'")
    assert (Path(versions.production.variables()["BACKUP_FOLDER"]) / f"{found}.dump").exists()


@pytest.mark.nightly
@pytest.mark.parametrize("step", STEPS)
def test_one_that_is_killed_after_a_step_goes_on_when_it_is_run_again(versions: TwoVersions, step: str):
    died = versions.python(KILLED.format(step=step), **versions.hooks())
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert versions.upgrades() == [None]
    done = versions.manage("upgrade")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"was interrupted at `{step}`. It goes on." in done.stdout
    assert f"it was {OLD}." in done.stdout
    assert versions.upgrades() == [True]
    assert versions.answers(NEW)
    assert versions.has_new_column()
    assert not versions.is_in_maintenance()


@pytest.mark.nightly
def test_one_that_was_killed_is_undone_when_asked(versions: TwoVersions):
    assert versions.python(KILLED.format(step="migrate"), **versions.hooks()).returncode < 0
    assert versions.has_new_column()
    assert versions.is_in_maintenance()
    done = versions.manage("upgrade", "--undo")
    assert done.returncode == 0, done.stderr
    assert not versions.has_new_column()
    assert not versions.is_in_maintenance()
    assert versions.answers(OLD)
    assert versions.upgrades() == [False]


def test_a_migration_that_fails_is_rolled_back_with_those_before_it(versions: TwoVersions):
    versions.plant("9001_broken", BROKEN.format(statement="SELECT 1 / count(*) FROM incidents WHERE false"))
    done = versions.manage("upgrade", "--despite-drift")
    assert done.returncode == 1
    assert "division by zero" in done.stderr
    assert f"The database is as {OLD} had it, without any loss, its processes were never" in done.stderr
    assert "Traceback" not in done.stderr
    assert not versions.has_new_column()
    assert not versions.is_in_maintenance()
    assert versions.answers(OLD)
    assert versions.upgrades() == [False]


@pytest.mark.nightly
def test_a_site_that_does_not_answer_any_more_can_be_upgraded(versions: TwoVersions):
    ready = f"http://127.0.0.1:{versions.production.port}/readyz"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        done = versions.manage("upgrade", PORT=port, UPGRADE_READY_URL=ready)
    assert done.returncode == 0, done.stdout + done.stderr
    assert versions.answers(NEW)


@pytest.mark.parametrize("by_command", [False, at_night(True)])
def test_a_new_version_that_does_not_start_is_undone(versions: TwoVersions, by_command: bool):
    wsgi = versions.new / "lucky11/wsgi.py"
    text = wsgi.read_text()
    wsgi.write_text("raise RuntimeError('This version does not start.')\n")
    hook = versions.hooks()["UPGRADE_RESTART_COMMAND"] if by_command else ""
    try:
        # As long as the old version may take to be ready again.
        wait = "40" if by_command else "3"
        done = versions.manage("upgrade", "--wait", wait, UPGRADE_UNDO_COMMAND=hook)
    finally:
        wsgi.write_text(text)
    assert done.returncode == 1
    assert "nothing answers" in done.stderr
    assert not versions.has_new_column()
    assert versions.upgrades() == [False]
    if by_command:
        assert f"{OLD} is running again" in done.stderr
        assert versions.answers(OLD)
        assert not versions.is_in_maintenance()
    else:
        assert "run manage.py maintenance off" in done.stderr
        assert versions.is_in_maintenance()


def test_an_ailing_setup_drift_a_newer_database_and_an_unknown_one_are_refused(versions: TwoVersions):
    ailing = versions.manage("upgrade", SITE_ORIGIN="http://lucky11.example")
    assert "The doctor names a problem, so nothing was changed" in ailing.stderr
    assert "Set SITE_ORIGIN" in ailing.stderr
    versions.ask("ALTER TABLE incidents ADD COLUMN rogue text; SELECT 1")
    try:
        done = versions.manage("upgrade")
    finally:
        versions.ask("ALTER TABLE incidents DROP COLUMN rogue; SELECT 1")
    assert "The database differs from what its migrations make, in 1 parts" in done.stderr
    assert "rogue" in done.stderr
    future = "('draws', '9999_future', now())"
    versions.ask(f"INSERT INTO django_migrations (app, name, applied) VALUES {future} RETURNING 1")
    try:
        newer = versions.manage("upgrade")
    finally:
        versions.ask("DELETE FROM django_migrations WHERE name = '9999_future' RETURNING 1")
    assert "does not have (draws.9999_future)" in newer.stderr
    listed = versions.new / f"lucky11/operations/upgrades/releases/{OLD}.json"
    aside = listed.rename(listed.with_suffix(".aside"))
    (listed.parent / "1.0.0.json").rename(listed.parent / "1.0.0.aside")
    try:
        unknown = versions.manage("upgrade")
    finally:
        aside.rename(listed)
        (listed.parent / "1.0.0.aside").rename(listed.parent / "1.0.0.json")
    assert "not in the state of a release" in unknown.stderr
    assert {ailing.returncode, done.returncode, newer.returncode, unknown.returncode} == {1}
    assert versions.upgrades() == [False] * 4
    assert not versions.has_new_column()
    assert not versions.is_in_maintenance()
    assert versions.answers(OLD)
