"""Every command of docs/operations.md, as each role that its row names, and as one that may not."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from tests.operations.documented.commands import NOT_RUN, RUNS, Commands
from tests.operations.documented.documents import command_roles, later
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.site import sentence, site, steps
from tests.operations.documented.steps import Steps
from tests.operations.documented.times import write
from tests.operations.test_the_runbook import ROWS, prints

__all__ = ["documented_servers", "site", "steps"]
# The first of them waits for a site that has everything that commands ask for.
pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(1200)]

FILES = {"app": "site", "owner": "owner", "backup": "backup", "report": "report", "superuser": "superuser"}


@pytest.fixture(scope="module")
def commands(site: Production, pytestconfig: pytest.Config) -> Iterator[Commands]:
    """What runs them; at the end their times are written where `--command-times` says."""
    commands = Commands(site)
    yield commands
    where = pytestconfig.getoption("--command-times")
    if where:
        write(commands.took, where)


def roles_of(command: str) -> set[str]:
    """The files of variables of the roles that the command's row names; the site's own if it needs none."""
    return {FILES[role] for role in command_roles()[command]} or {"site"}


def test_every_command_of_the_table_is_run_here_or_has_a_reason():
    assert RUNS.keys() & NOT_RUN.keys() == set()
    assert command_roles().keys() == RUNS.keys() | NOT_RUN.keys()


def test_the_blocks_of_the_import_bring_the_old_site_over(commands: Commands, steps: Steps):
    folder = steps.production.checkout
    first, second = later("docs/importing.md", "How to do it")
    given = {"postgresql://reader@old-host/old_site": f"'{commands.old_site}'"}
    looked = steps.step(first, **given)
    assert (looked.code, "DECIDE draw not drawn: 2." in looked.output) == (1, True), looked.output
    with open(folder / "dry/rows.csv", newline="") as file:
        rows = [row | {"decision": "leave"} for row in csv.DictReader(file)]
    with open(folder / "decided.csv", "w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    done = steps.step(second, **given)
    assert done.code == 0, done.output
    assert done.output.splitlines()[-1] == "Clean: no decisions are left."
    (link,) = later("docs/importing.md", "Linking an account later")
    made = commands.made()
    linked = steps.step(link, OLD_ID=str(made["old_id"]), PLAYER_ID=made["player"])
    assert (linked.code, "would go to player" in linked.output) == (0, True), linked.output


@pytest.mark.parametrize("command", RUNS)
def test_a_command_does_its_work_as_each_role_of_its_row(commands: Commands, command: str):
    for role in sorted(roles_of(command)):
        done = commands.run(command, role)
        said = done.stdout + done.stderr
        assert done.returncode in RUNS[command].codes, f"as {role}: {said[-1500:]}"
        assert "Traceback" not in said, f"as {role}: {said[-1500:]}"
        assert commands.has_said(command, done.stdout), f"as {role}: {said[-1500:]}"


@pytest.mark.parametrize("command", RUNS)
def test_a_command_refuses_a_role_without_rights_in_a_sentence(commands: Commands, command: str):
    may = roles_of(command)
    # The owner is a member of both, so that it may end their sessions for a swap.
    may |= {"owner"} if may & {"site", "report"} else set()
    wrong = {"report", "site", "backup", "owner"} - may if command_roles()[command] else set()
    done = {role: commands.run(command, role) for role in sorted(wrong)}
    for role, each in done.items():
        assert each.returncode != 0, f"as {role} it worked, or says so: {each.stdout[-500:]}"
        assert sentence(each.stdout + each.stderr)
        finished = {row[3] for row in ROWS if row[2] == command and row[2] != "db_alerts"}
        assert not [row for row in finished if prints(each.stdout, row)], f"as {role}: {each.stdout[-500:]}"
