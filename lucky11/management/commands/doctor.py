"""Say on one page whether this site is set up as the documents say."""

import json
import sys
import textwrap
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lucky11.operations.doctor.examination import Line, examine
from lucky11.operations.doctor.registry import IN_USE, Stage, checks
from lucky11.operations.doctor.results import State
from lucky11.operations.roles.roles import KINDS

BEFORE = {"deployment": Stage.DEPLOYMENT, "upgrade": Stage.DEPLOYMENT, "start": Stage.START}
WIDTH = 116


class Command(BaseCommand):
    # It refuses nobody: a wrong role is one of its lines, and so is a database that does not answer.
    roles = KINDS
    works_without_database = True
    help = (
        "Check the setup: machine, PostgreSQL, Redis, mail, beacon, addresses, backups, processes. "
        "Read-only, except that --mail sends one email. Run it with the site's own variables. "
        "Exit code 0: no problem; 1: at least one. (db_doctor looks at the health of the database.)"
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--mail", metavar="ADDRESS", default="", help="send an email there as a test")
        parser.add_argument(
            "--before",
            choices=BEFORE,
            help="leave out what holds only later: before the deployment (migrations, rights, static files), "
            "before an upgrade (also the web port, which the running site has), or before the start (worker, "
            "beat, backups)",
        )

    def handle(self, *args: Any, json: bool, mail: str, before: str | None, **options: Any) -> None:
        stage = BEFORE.get(before or "", Stage.RUNNING)
        left_out = IN_USE if before == "upgrade" else ()
        asked = [check for check in checks(mail) if check.name not in left_out]
        lines = []
        for line in examine(asked, stage):
            lines.append(line)
            if not json:
                self._print(line)
        if json:
            self._print_json(lines)
        else:
            counts = [_count(lines, state) for state in (State.PROBLEM, State.WARNING)]
            self.stdout.write(f"{len(lines)} checks. Problems: {counts[0]}. Warnings: {counts[1]}.")
        if _count(lines, State.PROBLEM):
            sys.exit(1)

    def _print(self, line: Line) -> None:
        result = line.result
        head = f"{result.state:<8} {line.name:<23} "
        indent = " " * len(head)
        words = textwrap.TextWrapper(
            WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        self.stdout.write(words.fill(head + result.found))
        if result.advice:
            words.initial_indent = f"{indent}→ "
            words.subsequent_indent = f"{indent}  "
            self.stdout.write(words.fill(result.advice))
        self.stdout.flush()

    def _print_json(self, lines: list[Line]) -> None:
        found = [
            {
                "name": each.name,
                "state": each.result.state,
                "found": each.result.found,
                "advice": each.result.advice,
            }
            for each in lines
        ]
        well = not _count(lines, State.PROBLEM)
        self.stdout.write(json.dumps({"well": well, "checks": found}, indent=2, ensure_ascii=False))


def _count(lines: list[Line], state: State) -> int:
    return sum(each.result.state is state for each in lines)
