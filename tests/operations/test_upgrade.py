"""An upgrade as documented: the owner's role, a running site, and a way back from wherever it stops."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.two_versions import NEW, OLD, TwoVersions
from tests.support.nightly import at_night

__all__ = ["documented", "documented_servers"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]

STEPS = (
    *("check", "back up", "maintenance on", "migrate"),
    *("collect static files", "restart", "verify", "maintenance off"),
)
BROKEN = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("lucky11", "9000_planted")]
    operations = [migrations.RunSQL("{statement}", "SELECT 1")]
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


@pytest.mark.parametrize("options", [[], ["--undo"]])
def test_a_database_without_a_site_has_nothing_to_upgrade(versions: TwoVersions, options: list[str]):
    production = versions.production
    production.postgres.ask("CREATE DATABASE nothing OWNER lucky11_owner", database="postgres")
    try:
        done = versions.manage("upgrade", *options, DATABASE_URL=production.database_url("owner", "nothing"))
    finally:
        production.postgres.ask("DROP DATABASE nothing WITH (FORCE)", database="postgres")
    assert done.returncode == 1
    assert "The database nothing has no site in it, so there is nothing to upgrade." in done.stderr
    assert "Traceback" not in done.stderr
