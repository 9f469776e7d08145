"""The runbook has every heading of the migration guide, and its commands and tests are there and work."""

import ast
import re

import pytest
from django.core.cache import caches
from django.core.management import execute_from_command_line

from lucky11.embedded import paths
from lucky11.operations.backups import stores

PAGE = (paths.ROOT / "docs/operations.md").read_text()
HEADINGS = (paths.ROOT / "tests/data/guide_headings.txt").read_text().splitlines()
ROW = re.compile(r"^\| (.+) \| (.+) \| `manage\.py (\w+)` \| `(.+)` \| `(\S+)::(\w+)` \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE)
# How each command is run here, so that it harms nothing, and its exit code.
RUNS = {
    "check": ("", 0),
    "migrate": ("--plan", 0),
    "showmigrations": ("", 0),
    "db_drift": ("", 0),
    "import_lucky11": ("--help", 0),
    "seed": ("--help", 0),
    "makemigrations": ("--check --dry-run", 0),
    "db_migrate": ("--plan", 0),
    "db_backup": ("", 0),
    "db_backups": ("", 0),
    "db_export": ("users --to {folder}/users.csv", 0),
    "db_import": ("users {folder}/users.csv --skip-existing --dry-run", 0),
    "db_restore": ("{backup} --into {beside}", 0),
    "db_reset": ("--i-mean another", 1),
    "db_doctor": ("", 0),
    "db_rollback": ("lucky11 zero --plan", 0),
    "db_pitr": ("--help", 0),
    "db_recover": ("--table users --from {backup}", 0),
    "db_analyze": ("", 0),
    "check_integrity": ("", 0),
    "db_roles": ("--dry-run", 0),
    "rotate_encryption": ("--dry-run", 0),
    "db_alerts": ("", 1),
    "maintenance": ("status", 0),
    "backup_drill": ("", 0),
    "db_purge": ("--dry-run", 0),
    # Nobody checked the books on record here.
    "db_maintenance": ("annual", 0),
}
# Opens a second database, which a test's own process may not.
APART = {"db_drift"}


def test_every_heading_of_the_guide_is_there_in_its_order():
    ours = [line for line in PAGE.splitlines() if line.startswith("#")]
    assert [line for line in ours if line in HEADINGS] == HEADINGS


def test_every_row_is_read_and_is_about_a_heading_of_the_guide():
    table = PAGE.partition("|---|---|---|---|---|\n")[2]
    assert len(ROWS) == len(table.splitlines()) > 60
    assert {heading for heading, *_ in ROWS} <= {heading.lstrip("# ") for heading in HEADINGS}


@pytest.mark.parametrize(("file", "function"), sorted({row[4:] for row in ROWS}))
def test_the_test_that_a_row_names_is_there(file, function):
    tree = ast.parse((paths.ROOT / "tests" / file).read_text())
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def prints(answer: str, row: str) -> bool:
    """Whether a line of the answer is the one that the row says, whatever stands in the place of `…`."""
    words = ".*".join(map(re.escape, " ".join(row.split()).split("…")))
    return any(re.fullmatch(words, " ".join(line.split())) for line in answer.splitlines())


def test_a_row_names_a_whole_line_and_nothing_less():
    assert prints("first\n  12 rows  of 3 tables\n", "… rows of … tables")
    assert not prints("12 rows of 3 tables and more", "… rows of … tables")
    assert not prints("rows of tables", "… rows of … tables")


def test_what_a_row_about_an_alert_prints_its_test_asks_for():
    for _, _, command, says, file, function in ROWS:
        if command == "db_alerts":
            code = (paths.ROOT / "tests" / file).read_text()
            nodes = {node.name: node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
            asked = ast.get_source_segment(code, nodes[function]) or ""
            assert [piece for piece in says.partition(": ")[2].split("…") if piece not in asked] == []


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
    assert called("db_backup", capsys)[0] == 0
    given = {"backup": stores.names()[0], "folder": tmp_path, "beside": beside}
    wrong = {}
    for command, (arguments, code) in RUNS.items():
        line = f"{command} {arguments.format(**given)}"
        if command in APART:
            done = manage(*line.split())
            answer = done.returncode, done.stdout + done.stderr
        else:
            answer = called(line, capsys)
        said = {row[3] for row in ROWS if row[2] == command != "db_alerts"}
        missing = {row for row in said if not prints(answer[1], row)}
        if answer[0] != code or missing:
            wrong[command] = missing, answer
    assert not wrong, wrong
