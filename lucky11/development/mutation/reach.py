"""Which tests reach which rule of the database: recorded by a plugin of pytest, read by `bin/mutate`.

A test reaches a function if the server counted a call of it, and a constraint or a refusing trigger if the
server wrote its name or its sentence into the log meanwhile. Both also see what other processes and threads
did.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REACH, LOG = "LUCKY11_REACH", "LUCKY11_SERVER_LOG"
COUNTED = "SELECT funcname, sum(calls)::bigint FROM pg_stat_user_functions GROUP BY funcname"
_REFUSED = re.compile(r"ERROR:  (.*)")

Reached = dict[str, Any]


class Recorder:
    """Writes for each test how long it took, the functions that it called and the errors that it caused."""

    def __init__(self, file: Path, log: Path) -> None:
        self.file, self.log = file, log
        self.tests: dict[str, Reached] = {}
        self.calls: dict[str, int] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what one test reaches."""
        size, began = self.log.stat().st_size, time.monotonic()
        result = yield
        took = time.monotonic() - began
        with open(self.log, encoding="utf-8", errors="replace") as log:
            log.seek(size)
            errors = sorted(set(_REFUSED.findall(log.read())))
        self.tests[item.nodeid] = {"seconds": round(took, 3), "functions": self._called(), "errors": errors}
        return result

    def pytest_sessionfinish(self) -> None:
        """Keep what was noted, beside what earlier runs of other tests noted."""
        earlier = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(earlier | self.tests, indent=0, sort_keys=True))

    def _called(self) -> list[str]:
        from django.db import connection

        # Past Django, which a test without a database must not ask.
        database = connection.connection
        if database is None or database.closed:
            return []
        with database.cursor() as cursor:
            # A server session reports what it called once a second, and a test may take less.
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(COUNTED)
            now = dict(cursor.fetchall())
        called = [name for name, calls in now.items() if calls != self.calls.get(name)]
        self.calls = now
        return sorted(called)


def pytest_configure(config: pytest.Config) -> None:
    """Record, if the environment says where."""
    if os.environ.get(REACH):
        config.pluginmanager.register(Recorder(Path(os.environ[REACH]), Path(os.environ[LOG])), "reach")


def tests_of_function(tests: dict[str, Reached], name: str) -> list[str]:
    """Return the tests that call a function, the quickest first."""
    return _quickest(tests, lambda reached: name in reached["functions"])


def tests_of_error(tests: dict[str, Reached], pattern: str) -> list[str]:
    """Return the tests in which the server refused something in words that fit, the quickest first."""
    compiled = re.compile(pattern)
    return _quickest(tests, lambda reached: any(compiled.search(error) for error in reached["errors"]))


def _quickest(tests: dict[str, Reached], chosen: Any) -> list[str]:
    return sorted(
        (name for name, reached in tests.items() if chosen(reached)), key=lambda n: tests[n]["seconds"]
    )
