"""PostgreSQL and Redis go away and come back under the documented production at work."""

from __future__ import annotations

import time
from functools import partial

import httpx
import pytest

from tests.operations.documented import seed
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.site import site, steps
from tests.operations.outages import MACHINES, PLAYERS, Visitors, kinds, missing, restart, send
from tests.operations.processes import eventually

__all__ = ["documented_servers", "site", "steps"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(1200)]

FAILED = "raised unexpected"
# Of a draw: a clock drew it; of an email: the worker sent it.
DRAWN = "SELECT drawn_at IS NOT NULL FROM draws WHERE id = %s"
SENT = "SELECT NOT EXISTS (SELECT FROM outbox_emails WHERE sent_at IS NULL)"


# Every task that beat schedules here, and what the doors of the site may answer meanwhile.
KINDS = kinds(backups=True)
RESTARTS = 10


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_after_each_of_ten_restarts_under_traffic_every_kind_of_task_succeeds(site: Production, server: str):
    """A visitor may be told that a server is away (503); 500, or no answer, would be a defect of the site."""
    broker = site.redis.url
    with site.client() as browser:
        for _ in range(RESTARTS):
            with Visitors(partial(answer, browser)) as visitors:
                back = restart(getattr(site, server))
                send(broker, KINDS)
                assert eventually(partial(_all_succeeded, broker, back), 60), missing(broker, KINDS, back)
                site.wait_until_ready(30)
                ready = time.time()
                assert eventually(partial(_answered_again, visitors, ready))
            assert set(visitors.statuses(PLAYERS, *MACHINES)) <= {200, 503}
            assert set(visitors.statuses(PLAYERS, since=ready)) == {200}
            if server == "redis":
                assert set(visitors.statuses(PLAYERS)) == {200}
    assert [name for name, process in site.started.items() if process.poll() is not None] == []
    assert site.manage("site", "check_integrity").stdout.startswith("Clean: ")


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_within_seconds_of_the_return_of_a_killed_server_draws_and_emails_go_on(
    site: Production, server: str
):
    stopped = getattr(site, server)
    for _ in range(3):
        stopped.kill()
        stopped.start()
        waited(5)
        said = len(site.log("worker").read_text())
        drawn = site.shell("site", seed.draw("Weekend in Porto", wait=False)).strip()
        assert eventually(partial(is_so, site, DRAWN, int(drawn)), 30)
        assert eventually(partial(is_so, site, SENT), 30)
        assert site.log("worker").read_text()[said:].count(FAILED) == 0
        with site.client() as browser:
            assert answer(browser, PLAYERS) == 200
    site.wait_until_ready()


def _all_succeeded(broker: str, since: float) -> bool:
    return not missing(broker, KINDS, since)


def _answered_again(visitors: Visitors, since: float) -> bool:
    return visitors.statuses(PLAYERS, since=since)[200] > 2


def is_so(site: Production, words: str, *values: int) -> bool:
    """What the database says to a question of yes or no."""
    return site.postgres.ask(words, *values) == [(True,)]


def answer(browser: httpx.Client, page: str) -> int:
    """The status of a page; 0 when nobody answers."""
    try:
        return browser.get(page).status_code
    except httpx.HTTPError:
        return 0


def test_fifteen_seconds_without_a_database_are_a_few_lines_of_each_log(site: Production):
    sizes = {name: lines(site, name) for name in site.started}
    site.postgres.stop()
    with site.client() as browser:
        assert eventually(
            lambda: (answer(browser, PLAYERS), sum(lines(site, "clock").values()))[0] in (500, 503), 15
        )
        waited(15)
    site.postgres.start()
    site.wait_until_ready()
    grown = {name: sum(lines(site, name).values()) - sum(sizes[name].values()) for name in site.started}
    assert max(grown.values()) < 100, grown


def lines(site: Production, name: str) -> dict[str, int]:
    """How many lines a process has written."""
    return {name: len(site.log(name).read_text().splitlines())}


def waited(seconds: float) -> None:
    """Let the outage last; there is no condition to wait for."""
    eventually(lambda: False, seconds)
