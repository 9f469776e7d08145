"""The runbook has every heading of the migration guide, and its commands and tests are there and work."""

import ast
import re

import pytest
from django.core.cache import caches
from django.core.management import execute_from_command_line

from lucky11.embedded import places
from lucky11.operations import stores

PAGE = (places.ROOT / "docs/operations.md").read_text()
HEADINGS = (places.ROOT / "tests/data/guide_headings.txt").read_text().splitlines()
ROW = re.compile(r"^\| (.+) \| (.+) \| `manage\.py (\w+)` \| `(\S+)::(\w+)` \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE)
# How each command is run here (so that it harms nothing), its exit code, and what the page says it prints.
RUNS = {
    "check": ("", 0, "System check identified no issues"),
    "migrate": ("--plan", 0, "No planned migration operations."),
    "showmigrations": ("", 0, "[X] 0001"),
    "db_drift": ("", 0, "No drift"),
    "import_lucky11": ("--help", 0, "--apply"),
    "seed": ("--help", 0, "demo"),
    "makemigrations": ("--check --dry-run", 0, "No changes detected"),
    "db_migrate": ("--plan", 0, "Nothing to migrate."),
    "db_backup": ("", 0, "rows of"),
    "db_backups": ("", 0, "not yet verified"),
    "db_export": ("users --to {folder}/users.csv", 0, "SHA-256"),
    "db_import": ("users {folder}/users.csv --skip-existing --dry-run", 0, "rows read"),
    "db_restore": ("{backup} --into {beside}", 0, "check_integrity is clean in"),
    "db_reset": ("--i-mean another", 1, "Nothing was changed."),
    "db_doctor": ("", 0, "Invalid indexes"),
    "db_rollback": ("lucky11 zero --plan", 0, "LOST unless restored"),
    "db_pitr": ("--help", 0, "--base"),
    "db_recover": ("--table users --from {backup}", 0, "0 rows differ"),
    "db_analyze": ("", 0, "tables analysed."),
    "check_integrity": ("", 0, "Clean:"),
    "db_roles": ("--dry-run", 0, "GRANT"),
    "rotate_encryption": ("--dry-run", 0, "that no key opens"),
    "db_alerts": ("", 1, "queue: The queue stands still"),
    "maintenance": ("status", 0, "off"),
    "backup_drill": ("", 0, "can be read as signing in does"),
    "db_purge": ("--dry-run", 0, "kept"),
    "db_maintenance": ("weekly", 0, "Nothing to do."),
}
# Opens a second database, which a test's own process may not.
APART = {"db_drift"}


def test_every_heading_of_the_guide_is_there_in_its_order():
    ours = [line for line in PAGE.splitlines() if line.startswith("#")]
    assert [line for line in ours if line in HEADINGS] == HEADINGS


def test_every_row_is_read_and_is_about_a_heading_of_the_guide():
    table = PAGE.partition("|---|---|---|---|\n")[2]
    assert len(ROWS) == len(table.splitlines()) > 40
    assert {heading for heading, *_ in ROWS} <= {heading.lstrip("# ") for heading in HEADINGS}


@pytest.mark.parametrize(("file", "function"), sorted({row[3:] for row in ROWS}))
def test_the_test_that_a_row_names_is_there(file, function):
    tree = ast.parse((places.ROOT / "tests" / file).read_text())
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def called(line: str, capsys) -> tuple[int, str]:
    """The exit code of a command, and what it printed."""
    try:
        execute_from_command_line(["manage.py", *line.split()])
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    printed = capsys.readouterr()
    return code, printed.out + printed.err


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_command_does_what_the_page_says(played, store, beside, tmp_path, capsys, manage, settings):
    # No worker sweeps here, and the disk is the machine's.
    caches["redis"].clear()
    settings.ALERT_DISK_PERCENT = 100
    assert {row[2] for row in ROWS} == set(RUNS)
    assert [says for _, _, says in RUNS.values() if says not in PAGE] == []
    assert called("db_backup", capsys)[0] == 0
    given = {"backup": stores.names()[0], "folder": tmp_path, "beside": beside}
    wrong = {}
    for command, (arguments, code, says) in RUNS.items():
        line = f"{command} {arguments.format(**given)}"
        if command in APART:
            done = manage(*line.split())
            answer = done.returncode, done.stdout + done.stderr
        else:
            answer = called(line, capsys)
        if answer[0] != code or says not in answer[1]:
            wrong[command] = answer
    assert not wrong, wrong
