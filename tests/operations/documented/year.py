"""A site with a year behind it: its database server's own clock is moved from month to month.

The services write the database's times, so that nothing in the site has to be told: the server starts with
libfaketime at each month's beginning, and in the end without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.documented.months import MONTHS, OPEN
from tests.operations.documented.production import Production
from tests.operations.documented.site import at_work
from tests.operations.documented.steps import Steps

COUNTED = """
    SELECT (SELECT count(*) FROM users WHERE NOT is_staff), (SELECT count(*) FROM draws),
           (SELECT count(*) FROM transactions), (SELECT count(*) FROM winners),
           (SELECT count(*) FROM claims), (SELECT count(*) FROM redraws),
           (SELECT extract(day FROM max(created_at) - min(created_at))::int FROM transactions)"""


def library() -> Path | None:
    """Where the machine has libfaketime, if it has."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def missing() -> str:
    """What this machine lacks to have a server live a year, as a sentence; nothing if it has all."""
    return "" if library() else "needs Debian's libfaketime"


def live(site: Production) -> None:
    """Let the site live the twelve months before today."""
    for month in range(MONTHS + 1):
        ago = (MONTHS - month) * OPEN
        # The server's clock runs on from there, but not its waits.
        moved = {"FAKETIME": f"-{ago.days}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        site.postgres.variables = {"LD_PRELOAD": str(library()), **moved} if ago else {}
        site.postgres.restart()
        site.shell("site", f"from tests.operations.documented.months import play; play({month})")


@pytest.fixture(scope="module")
def site(steps: Steps) -> Iterator[Production]:
    """The deployed site at work, with the year behind it that a site has which looks back."""
    lacking = missing()
    if lacking:
        pytest.skip(lacking)
    with at_work(steps, live) as production:
        yield production
