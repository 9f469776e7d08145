"""How much longer a page takes when everything on the site is a thousand times larger."""

import http.client
import time
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks import bulk, databases, fixtures
from benchmarks.runs import ROUNDS, Measured, Sizes
from benchmarks.website import Site
from draws.entries.take import take_tickets
from draws.models import Draw
from ledger.models import CoinOrder, Transaction

PAGES = {"list": "/", "draw": "/draws/1/", "coins": "/coins/"}
WORDS = {"list": "draw list", "draw": "draw page", "coins": "coin history"}


def fill(sizes: Sizes) -> None:
    """Make the small and the large database, each with the same player who looks at the pages."""
    for name, size in ((databases.SMALL, sizes.small), (databases.LARGE, sizes.large)):
        with databases.connected_to(name):
            bulk.fill(*size)
            _viewer()


def measure(measured: Measured, sizes: Sizes) -> None:
    """Ask both sites for each page in turn, one request at a time; a run is the median of its requests."""
    with ExitStack() as stack:
        visitors = {name: stack.enter_context(_Visitor(name)) for name in (databases.SMALL, databases.LARGE)}
        for number in range(ROUNDS + 1):
            for page, path in PAGES.items():
                times: dict[str, list[float]] = {name: [] for name in visitors}
                for _ in range(sizes.requests):
                    for name, visitor in visitors.items():
                        times[name].append(visitor.load(path))
                if number:
                    _note(measured, sizes, page, times)


def _note(measured: Measured, sizes: Sizes, page: str, times: dict[str, list[float]]) -> None:
    for name, size, each in (
        ("small", sizes.small, databases.SMALL),
        ("large", sizes.large, databases.LARGE),
    ):
        words = f"{WORDS[page]} of {size[0]:,} draws, {size[1]:,} players"
        measured.note(f"{page}_{name}", words, "ms", 1000 * median(times[each]))


def _viewer() -> str:
    """A player with thirty movements and a ticket in each of the twenty draws that close next."""
    [player] = fixtures.players(1)
    keys = [f"bench:{player}:{n}" for n in range(30)]
    CoinOrder.objects.bulk_create(CoinOrder(user_id=player, coins=10, idempotency_key=key) for key in keys)
    Transaction.objects.bulk_create(
        Transaction(user_id=player, type="import", amount=10, idempotency_key=key) for key in keys
    )
    for draw in Draw.objects.open()[:20]:
        take_tickets(player, draw.pk, 1, f"request-{draw.pk}")
    return player


@dataclass
class _Visitor:
    """A signed-in player's connection to a web server of its own on one database."""

    database: str

    def __enter__(self) -> "_Visitor":
        self.site = Site(self.database).__enter__()
        with databases.connected_to(self.database):
            self.cookies = self.site.browser(fixtures.PLAYER.format(0), 1).cookies
        self.line = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        return self

    def __exit__(self, *error: object) -> None:
        self.line.close()
        self.site.__exit__()

    def load(self, path: str) -> float:
        """The seconds until the whole page is there."""
        start = time.perf_counter()
        self.line.request("GET", path, headers={"Cookie": self.cookies})
        response = self.line.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}.")
        return time.perf_counter() - start
