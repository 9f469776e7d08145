"""Close due draws without a queue: a lost Redis must not keep a draw from closing."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from draws.lifecycle.close import close_due_draws
from draws.lifecycle.rounds import fetch_rounds
from draws.prizes.pass_on import lapse_overdue_claims

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Freeze, draw and settle every draw that is due, ask for the beacon's rounds that draws wait for, "
        "and pass on prizes that were not claimed in time; "
        "with --loop, again and again until stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until SIGINT or SIGTERM")
        parser.add_argument("--every", type=float, default=10, help="seconds between two sweeps (default 10)")

    def handle(self, *args: Any, loop: bool, every: float, **options: Any) -> None:
        if not loop:
            steps = fetch_rounds() + close_due_draws() + lapse_overdue_claims()
            self.stdout.write(f"{steps} steps made.")
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        # A relay that is slow must not hold up the draws that wait for none.
        beacon = threading.Thread(target=_again_and_again, args=(stop, every, fetch_rounds), daemon=True)
        beacon.start()
        _again_and_again(stop, every, close_due_draws, lapse_overdue_claims)


def _again_and_again(stop: threading.Event, every: float, *sweeps: Callable[[], int]) -> None:
    while not stop.is_set():
        try:
            close_old_connections()
            for sweep in sweeps:
                sweep()
        except Error:
            logger.exception("The sweep could not reach the database; it tries again in %s s.", every)
        except Exception:
            logger.exception("The sweep failed; it tries again in %s s.", every)
        stop.wait(every)
