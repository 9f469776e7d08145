"""bin/mutate: plants one mistake at a time in the database's rules, and says which no test notices.

It works in a data folder and a database of its own. Which tests reach which rule is recorded once (`--record`
does it anew); a mistake is judged by the tests that reach it, until one fails.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from lucky11 import embedded
from lucky11.bootstrap import Refusal, Stopped, say_and_exit, stop_on_signals
from lucky11.development.mutation import reach, report
from lucky11.development.mutation.suite import Suite
from lucky11.development.process_group import ProcessGroup
from lucky11.development.test import test_environment
from lucky11.embedded import paths, processes

RECORDED = [
    "tests/accounts",
    "tests/database",
    "tests/draws",
    "tests/integrity",
    "tests/ledger",
    "tests/races",
]
EVERYTHING = ["accounts", "ledger", "draws", "lucky11"]
FEW, MANY = 30, 400  # tests of a mistake's first run, and at most
LONGEST = 600  # seconds of a run; what hangs is noticed


class Bench:
    """The database in which mistakes are planted, and the suite that judges them."""

    def __init__(self, group: ProcessGroup) -> None:
        self.reach = group.data / "reach.json"
        self.log = group.data / "servers" / "postgres.log"
        self.environment = group.environment
        self.recorded: dict[str, reach.Reached] = {}
        self.sound: Any = None

    def prepare(self, record: bool, folders: list[str]) -> None:
        """Make the database anew and read, or record, which tests reach what."""
        from django.db import connection

        name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        self.suite = Suite(name, self.environment)
        if record or not self.reach.exists():
            with connection.cursor() as cursor:
                cursor.execute("ALTER SYSTEM SET track_functions = 'all'")
                cursor.execute("SELECT pg_reload_conf()")
            self.suite.environment = self.environment | {
                reach.REACH: str(self.reach),
                reach.LOG: str(self.log),
            }
            self.suite.run(["-p", reach.__name__, *folders])
            self.suite.environment = self.environment
        if not self.reach.exists():
            raise Refusal("The tests that record what they reach did not run.")
        self.recorded = json.loads(self.reach.read_text())
        self.sound = self._described()

    def judge(self, planted: Any) -> dict[str, str]:
        """Plant a mistake, run the tests that reach it, and mend it; return what became of it."""
        from django.db import DatabaseError

        tests = planted.tests(self.recorded)[:MANY]
        if not tests:
            return {"outcome": report.UNREACHED}
        try:
            self._execute(planted.plant)
        except DatabaseError as error:
            self._execute(planted.mend)
            return {"outcome": report.INVALID, "by": str(error).splitlines()[0]}
        try:
            if self._described() == self.sound:
                return {"outcome": report.INVALID, "by": "The database is the same."}
            return self._judged_by(tests)
        finally:
            self._execute(planted.mend)
            if self._described() != self.sound:
                raise Refusal(f"{planted.key} could not be mended.")

    def _judged_by(self, tests: list[str]) -> dict[str, str]:
        for some in filter(None, (tests[:FEW], tests[FEW:])):
            noticed = self.suite.first_failure(some, LONGEST)
            if noticed:
                return {"outcome": report.NOTICED, "by": noticed}
        return {"outcome": report.SURVIVED, "by": f"{len(tests)} tests passed"}

    def _execute(self, statements: str) -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statements)

    def _described(self) -> Any:
        from django.db import connection

        from lucky11.operations.schema.catalogue import describe

        return describe(connection)


def mutate(given: argparse.Namespace) -> int:
    """Judge the mistakes asked for and write the report; return 1 if one was noticed by no test."""
    os.environ |= test_environment() | {"LUCKY11_DATA": os.environ.get("LUCKY11_DATA", ".data/mutate")}
    os.environ["LUCKY11_DATA"] = str(paths.data_folder())
    group = ProcessGroup("bin/mutate")
    with group.exclusive(), embedded.servers():
        import django

        django.setup()
        from lucky11.development.mutation import rules

        bench = Bench(group)
        bench.prepare(given.record, given.tests.split())
        results = report.Results(group.data / "results.json")
        chosen = [*rules.in_files(paths.ROOT, given.folders), *rules.in_catalogue(given.folders)]
        due = [each for each in chosen if results.due(each.key, again=given.again)]
        try:
            for number, planted in enumerate(due[: given.most], 1):
                found = results.add(planted.key, bench.judge(planted))
                print(f"{number}/{len(due)} {found['outcome']}: {planted.key}", flush=True)
        finally:
            processes.end_marked(group.data)
    return report.write(results, [each.key for each in chosen], given.report)


def main() -> None:
    """Read the arguments and mutate; exit with one sentence if that is not possible."""
    stop_on_signals()
    parser = argparse.ArgumentParser("bin/mutate", description=__doc__)
    parser.add_argument("folders", nargs="*", default=EVERYTHING, help="apps, or files of SQL")
    parser.add_argument("--again", action="store_true", help="judge anew what no test noticed")
    parser.add_argument("--record", action="store_true", help="record anew which tests reach what")
    parser.add_argument("--tests", default=" ".join(RECORDED), help="the tests that are recorded")
    parser.add_argument("--most", type=int, help="judge so many mistakes at most")
    parser.add_argument("--report", type=Path, help="write the report there, as Markdown")
    try:
        sys.exit(mutate(parser.parse_args()))
    except (Refusal, Stopped, OSError, embedded.EmbeddedError) as reason:
        say_and_exit("bin/mutate", reason)


if __name__ == "__main__":
    main()
