"""PostgreSQL and Redis restarted under a working site: it comes back by itself, and logs it in two lines."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.operations.conftest import open_folder
from tests.operations.outages import MACHINES, PLAYERS, Visitors, kinds, missing, restart, send
from tests.operations.processes import eventually
from tests.operations.running_site import Site

pytestmark = pytest.mark.slow

KINDS = kinds()
# So soon after a server is back, everything works again.
SECONDS = 5


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_folder() as folder:
        site = Site(folder)
        with site.up("web", "worker", "beat", "clock"):
            assert eventually(site.is_ready, 90), site.get("/readyz")
            yield site


@pytest.mark.parametrize("times", [1, pytest.param(10, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_every_kind_of_task_succeeds_soon_after_a_restart_and_no_visitor_sees_a_defect(site, server, times):
    name = {"postgres": "PostgreSQL", "redis": "Redis"}[server]
    before = {process: site.lines(process) for process in site.processes}
    for _ in range(times):
        with Visitors(lambda page: site.get(page)[0]) as visitors:
            back = restart(getattr(site, server))
            send(site.redis.url, KINDS)
            assert eventually(lambda since=back: not missing(site.redis.url, KINDS, since), SECONDS), missing(
                site.redis.url, KINDS, back
            )
            ready = time.time()
            assert eventually(site.is_ready, SECONDS), site.get("/readyz")
            assert eventually(lambda since=ready: visitors.statuses(PLAYERS, since=since)[200] > 2)
        # 503 says that a server is away; 500, or no answer at all, would be a defect of the site.
        assert set(visitors.statuses(PLAYERS, *MACHINES)) <= {200, 503}
        assert set(visitors.statuses(PLAYERS, since=ready)) == {200}
        if server == "redis":
            assert set(visitors.statuses(PLAYERS)) == {200}
    assert site.has_ended() == []
    for process, earlier in before.items():
        written = site.lines(process)[len(earlier) :]
        away = [line for line in written if f"{name} does not answer" in line]
        again = [line for line in written if f"{name} answers again" in line]
        assert len(away) == len(again) <= times, written
        assert len(written) == len(away) + len(again), written
        # Others may not have asked for anything in that second; the worker always listens to both.
        assert away or process != "worker"
