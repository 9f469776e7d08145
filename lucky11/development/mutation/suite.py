"""The suite, as a process that has the site loaded and runs chosen tests in copies of itself."""

import contextlib
import multiprocessing
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lucky11.bootstrap import Refusal

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_OPTIONS = ["--reuse-db", "-q", "-p", "no:cacheprovider"]
# A copy by fork has everything imported already: a new process would take longer than most tests do.
_COPIES = multiprocessing.get_context("fork")


@dataclass
class Suite:
    """Runs tests on the database `name`, which is there and migrated, with these variables set."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, arguments: list[str], longest: float | None = None) -> tuple[int | None, str]:
        """Return the exit code of pytest and what it said; None if it was ended after `longest` seconds."""
        from django.db import connections

        connections.close_all()
        handle, name = tempfile.mkstemp(prefix="said-")
        os.close(handle)
        said = Path(name)
        copy = _COPIES.Process(target=self._work, args=([*_OPTIONS, *arguments], said))
        copy.start()
        copy.join(longest)
        ended = copy.exitcode
        if ended is None:
            copy.kill()
            copy.join()
        text = said.read_text(encoding="utf-8", errors="replace")
        said.unlink()
        return ended, text

    def first_failure(self, tests: list[str], longest: float) -> str | None:
        """Run tests until one fails and return its name; None if all pass. Raises Refusal if none can run."""
        code, said = self.run(["-x", *tests], longest)
        if code is None:
            return "a run without an end"
        if code == 0:
            return None
        failed = _FAILED.search(said)
        if code != 1 or not failed:
            raise Refusal(f"pytest ended with {code}:\n{said[-2000:]}")
        return failed[1]

    def _work(self, arguments: list[str], said: Path) -> None:
        os.environ.update(self.environment)
        output = os.open(said, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(output, stream)
        with contextlib.suppress(OSError):
            os.setsid()
        self._adopt()
        code = pytest.main(arguments)
        os._exit(int(code))

    def _adopt(self) -> None:
        """Have pytest take the database as it is, instead of making, migrating and dropping one."""
        from django.db import connection

        def taken(*_arguments: Any, **_options: Any) -> str:
            connection.close()
            connection.settings_dict["NAME"] = self.name
            return self.name

        connection.creation.create_test_db = taken  # type: ignore[method-assign]
        connection.creation.destroy_test_db = lambda *_arguments, **_options: None  # type: ignore[method-assign]
