"""PostgreSQL and Redis restarted under a working site: it comes back by itself, and logs it in two lines."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from lucky11.schedule import SWEEPS, name_of
from tests.operations.conftest import open_folder
from tests.operations.processes import eventually
from tests.operations.running_site import Queue, Restartable, Site

pytestmark = pytest.mark.slow

# A page for players, which needs no Redis, and two for machines, which tell of it.
PLAYERS, MACHINES = "/", ("/readyz", "/metrics")
# Every task that beat schedules, with the arguments that it gives.
KINDS = sorted({(entry["task"], *entry.get("args", ())) for entry in SWEEPS.values()})
# So soon after a server is back, everything works again.
SECONDS = 5


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_folder() as folder:
        site = Site(folder)
        with site.up("web", "worker", "beat", "clock"):
            assert eventually(site.is_ready, 90), site.get("/readyz")
            yield site


class Visitors:
    """Three who ask for one page after another while the block lasts, and what they were answered."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.answers: list[tuple[str, int, float]] = []
        self.over = threading.Event()

    def __enter__(self) -> Visitors:
        self.threads = [threading.Thread(target=self._visit, daemon=True) for _ in range(3)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def _visit(self) -> None:
        while not self.over.is_set():
            for page in (PLAYERS, *MACHINES):
                began = time.time()
                self.answers.append((page, self.site.get(page)[0], began))
                self.over.wait(0.02)

    def statuses(self, *pages: str, since: float = 0) -> Counter[int]:
        """How often each status was answered on these pages (to requests that began later than that)."""
        return Counter(status for page, status, began in self.answers if page in pages and began >= since)


def restart(server: Restartable | Queue) -> float:
    """Have a server away for a second; the time since when it is back."""
    server.stop()
    time.sleep(1)
    server.start()
    return time.time()


def send_every_kind(site: Site) -> None:
    for kind in KINDS:
        site.send(*kind)


def missing(site: Site, since: float) -> list[str]:
    """The kinds of tasks that have not succeeded since then."""
    return [name_of(*kind) for kind in KINDS if not site.successes(name_of(*kind), since)]


@pytest.mark.parametrize("times", [1, pytest.param(10, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_every_kind_of_task_succeeds_soon_after_a_restart_and_no_visitor_sees_a_defect(site, server, times):
    name = {"postgres": "PostgreSQL", "redis": "Redis"}[server]
    before = {process: site.lines(process) for process in site.processes}
    for _ in range(times):
        with Visitors(site) as visitors:
            back = restart(getattr(site, server))
            send_every_kind(site)
            assert eventually(lambda since=back: not missing(site, since), SECONDS), missing(site, back)
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
