"""A production, and beside its code that of the next version."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap

from tests.operations.documented.production import Production
from tests.operations.processes import eventually

OLD, NEW = "98.0.0", "99.0.0"
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
        # A run stays on record: only a superuser who puts the triggers aside makes it forgotten.
        self.ask(
            "DELETE FROM operation_runs USING"
            " (SELECT set_config('session_replication_role', 'replica', false) OFFSET 0) AS aside"
            " WHERE kind IN ('upgrade', 'maintenance') RETURNING 1"
        )
        self.restart(OLD)
        assert eventually(lambda: self.answers(OLD), 60)
