"""Every command of docs/operations.md, as each role that its row names, and as one that may not."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.operations.documented.documents import command_roles
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.site import back_up, sentence, site, steps
from tests.operations.documented.times import Took, write
from tests.operations.test_the_runbook import ROWS, prints

__all__ = ["documented_servers", "site", "steps"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]

# How each command is run here; what is in braces is made for it. Exit codes are 0 but for those below.
RUNS = {
    "migrate": "",
    "db_roles": "",
    "check_integrity": "",
    "db_analyze": "",
    "db_alerts": "",
    "db_backup": "",
    "db_backups": "",
    "backup_drill": "",
    "db_restore": "{backup} --into {beside}",
    "db_export": "users --to {folder}/users-{number}.csv",
    "db_import": "users {csv} --skip-existing --dry-run",
    "db_recover": "--table users --from {backup}",
    "db_pitr": "--base",
    "db_migrate": "",
    "db_rollback": "lucky11 zero --plan",
    "db_drift": "",
    "db_doctor": "",
    "db_maintenance": "weekly",
    "db_purge": "",
    "maintenance": "status",
    "rotate_encryption": "--dry-run",
    "close_due_draws": "",
}
# An alert speaks, or a report has something to do.
ALSO = {"db_alerts": {0, 1}, "db_maintenance": {0, 1}}
FILES = {"app": "site", "owner": "owner", "backup": "backup", "report": "report", "superuser": "superuser"}


class Commands:
    """Runs the commands, with what they need, and measures them."""

    def __init__(self, site: Production) -> None:
        self.site, self.took, self.number = site, [], 0
        self.backup = back_up(site)
        self.csv = site.place / "users.csv"
        site.manage("owner", "db_export", "users", "--to", str(self.csv))

    took: list[Took]

    def run(self, command: str, role: str) -> subprocess.CompletedProcess[str]:
        """Run it as a role, wherever it leads."""
        self.number += 1
        made = {"backup": self.backup, "folder": self.site.place, "number": self.number, "csv": self.csv}
        arguments = RUNS[command].format(**made, beside=f"beside_{self.number}").split()
        began = time.monotonic()
        done = self.site.manage(role, command, *arguments, check=False)
        if not done.returncode:
            self.took.append(Took(command, role, time.monotonic() - began))
        return done


@pytest.fixture(scope="module")
def commands(site: Production, pytestconfig: pytest.Config) -> Iterator[Commands]:
    """What runs them; at the end their times are written where `--command-times` says."""
    commands = Commands(site)
    yield commands
    where = pytestconfig.getoption("--command-times")
    if where:
        write(commands.took, where)


def allowed(command: str) -> set[str]:
    """The files of variables of the roles that the command's row names."""
    named = command_roles().get(command, set())
    # The owner is a member of both, so that it may end their sessions for a swap.
    named |= {"owner"} if named & {"app", "report"} else set()
    return {FILES[role] for role in named}


@pytest.mark.parametrize("command", RUNS)
def test_a_command_does_its_work_as_each_role_of_its_row(commands: Commands, command: str):
    roles = {FILES[role] for role in command_roles().get(command, set())}
    assert roles, f"docs/operations.md names no role for {command}"
    for role in sorted(roles):
        done = commands.run(command, role)
        said = done.stdout + done.stderr
        assert done.returncode in ALSO.get(command, {0}), f"as {role}: {said[-1500:]}"
        assert "Traceback" not in said, f"as {role}: {said[-1500:]}"


@pytest.mark.parametrize("command", RUNS)
def test_a_command_refuses_a_role_without_rights_in_a_sentence(commands: Commands, command: str):
    wrong = {"report", "site", "backup", "owner"} - allowed(command)
    done = {role: commands.run(command, role) for role in sorted(wrong)}
    for role, each in done.items():
        assert each.returncode != 0, f"as {role} it worked, or says so: {each.stdout[-500:]}"
        assert sentence(each.stdout + each.stderr)
        finished = {row[3] for row in ROWS if row[2] == command and row[2] != "db_alerts"}
        assert not [row for row in finished if prints(each.stdout, row)], f"as {role}: {each.stdout[-500:]}"
