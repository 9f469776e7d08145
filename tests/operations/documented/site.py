"""Fixtures of the site that the pages' own blocks have deployed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.operations.documented import seed
from tests.operations.documented.production import Production
from tests.operations.documented.steps import Steps


@pytest.fixture(scope="module")
def steps(documented_servers: Production) -> Steps:
    """What the pages' blocks did, in their order, up to a site that is ready to start."""
    steps = Steps(documented_servers)
    steps.run()
    return steps


@contextmanager
def at_work(steps: Steps, live: Callable[[Production], None] = lambda site: None) -> Iterator[Production]:
    """The deployed site with players and a draw that is over, its processes at work; `live` comes first."""
    assert not steps.failed, steps.told()
    production = steps.production
    if not steps.steps:
        # The pages do not say who runs what, and a test of their own fails for it.
        production.deploy()
    live(production)
    production.shell("site", seed.players())
    production.shell("site", seed.draw("Lisbon for two"))
    production.start()
    production.wait_until_ready()
    yield production
    production.stop()


@pytest.fixture(scope="module")
def site(steps: Steps) -> Iterator[Production]:
    """The site at work, a few days old."""
    with at_work(steps) as production:
        yield production


def back_up(site: Production, role: str = "site") -> str:
    """Make a backup; its name."""
    return site.manage(role, "db_backup").stdout.partition(":")[0]


def winners(site: Production) -> list[tuple]:
    """What players have won, which no procedure may change."""
    return site.postgres.ask("SELECT draw_id, user_id, prize_coins FROM winners ORDER BY id")


def sentence(output: str) -> str:
    """The sentence with which a command refuses. Fails if it is none."""
    assert "Traceback" not in output, output
    lines = [line for line in output.splitlines() if line.strip()]
    assert lines, "nothing was said"
    assert re.search(r"[.:?]$|\w+\.", lines[-1]), output
    return lines[-1]
