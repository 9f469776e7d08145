"""Close due draws without a queue: a lost Redis must not keep a draw from closing."""

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections
from redis import RedisError

from common.heartbeat import beat
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.rounds import fetch_rounds
from draws.prizes.pass_on import pass_on_lost_prizes

logger = logging.getLogger(__name__)
# A database that is back is used again as soon as this; until then, the log has one line.
AWAY_SECONDS = 2


class Command(BaseCommand):
    roles = ("app", "owner")
    # It waits for a database that does not answer.
    works_without_database = True
    help = (
        "Freeze, draw and settle every draw that is due, fetch the beacon rounds that draws are waiting "
        "for, and pass on prizes that were not claimed in time. With --loop, repeat until stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="repeat until SIGINT or SIGTERM")
        parser.add_argument("--every", type=float, default=10, help="seconds between sweeps (default 10)")

    def handle(self, *args: Any, loop: bool, every: float, **options: Any) -> None:
        if not loop:
            steps = fetch_rounds() + close_due_draws() + pass_on_lost_prizes()
            self.stdout.write(f"{steps} steps taken.")
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        # A slow relay must not hold up the draws that are not waiting for one.
        beacon = threading.Thread(target=_again_and_again, args=(stop, every, fetch_rounds), daemon=True)
        beacon.start()
        _again_and_again(stop, every, close_due_draws, pass_on_lost_prizes, _sign_of_life)


def _sign_of_life() -> int:
    # Whoever watches this process reads it; draws close without Redis, too.
    with suppress(RedisError):
        beat("clock")
    return 0


def _again_and_again(stop: threading.Event, every: float, *sweeps: Callable[[], int]) -> None:
    while not stop.is_set():
        pause = every
        try:
            close_old_connections()
            for sweep in sweeps:
                sweep()
        except Error:
            pause = min(every, AWAY_SECONDS)
            logger.exception("The sweep could not reach the database; it will try again in %s s.", pause)
        except Exception:
            logger.exception("The sweep failed; it will try again in %s s.", every)
        stop.wait(pause)
