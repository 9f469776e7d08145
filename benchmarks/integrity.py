"""How long `check_integrity` takes, beside the one query that only adds up each player's coins."""

import time

from django.db import connection, transaction

from benchmarks import databases
from benchmarks.runs import ROUNDS, Measured, Sizes
from ledger.integrity import LEDGER_CHECKS
from lucky11.integrity.checks import CHECKS

# The large database's seals and log are bytes of the right length, and nothing that could be recomputed.
RECOMPUTED = {"log", "log records", "published draws", "records", "rounds"}
LONGEST = ("chain", "payments", "coins", "streaks")
[SUMS] = [check.sql for check in LEDGER_CHECKS if check.name == "coins"]


def measure(measured: Measured, sizes: Sizes) -> None:
    """Check the large database, and add it up, in turn."""
    of = f"of {sizes.large[2]:,} transactions"
    with databases.connected_to(databases.LARGE):
        for _ in range(ROUNDS):
            measured.note("sums", f"the guide's query over the sums {of}", "s", _sums())
            spent = {name: _check(name) for name in CHECKS if name not in RECOMPUTED}
            measured.note("integrity", f"check_integrity {of}", "s", sum(spent.values()))
            for name in LONGEST:
                measured.note(f"check_{name}", f"of this the check “{name}”", "s", spent[name])


def books_balance() -> None:
    """Figures of a site that lost or invented a ticket or a coin would be worth nothing: SystemExit."""
    defects = [str(defect) for defect in (check() for check in CHECKS.values()) if defect]
    if defects:
        raise SystemExit("bin/bench: the books do not balance after the runs: " + " ".join(defects))


def _sums() -> float:
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(SUMS)
        cursor.fetchall()
    return time.perf_counter() - start


def _check(name: str) -> float:
    start = time.perf_counter()
    with transaction.atomic():
        defect = CHECKS[name]()
    if defect:
        raise RuntimeError(f"The database was not made whole. {defect}")
    return time.perf_counter() - start
