"""Run the benchmarks: `python -m benchmarks [--json FILE] [--quick] [--seconds N]`."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import place

ROUNDS = 5
PLAYERS = 1_600
BROWSERS = 160
SPREAD = 1_000
QUICK_SECONDS, SECONDS = 2.0, 6.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, write the JSON."""
    options = _options(arguments)
    # Ended by a signal, the database is dropped and the web server stopped all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with place.database():
        answer = _measure(options.seconds or (QUICK_SECONDS if options.quick else SECONDS))
    from benchmarks import report

    print(report.table(answer))
    if options.json:
        options.json.write_text(json.dumps(answer, indent=2) + "\n")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as JSON, too")
    parser.add_argument("--quick", action="store_true", help="short runs: under three minutes, less exact")
    parser.add_argument("--seconds", type=_seconds, metavar="N", help="seconds a run (default 6; --quick: 2)")
    return parser.parse_args(arguments)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 600:
        raise argparse.ArgumentTypeError("a run takes 0.1 to 600 seconds")
    return seconds


def _measure(seconds: float) -> dict[str, Any]:
    from django.db import connection

    from benchmarks import cast, report

    facts = report.machine() | {"seconds_a_run": seconds}
    players, spread = cast.players(PLAYERS), cast.draws(SPREAD)
    connection.close()
    runs = _tickets(players, spread, seconds) | _web(players[:BROWSERS], seconds)
    _check()
    return report.result(facts, runs)


def _tickets(players: list[str], spread: list[int], seconds: float) -> dict[str, list[float]]:
    from benchmarks import cast
    from benchmarks.tickets import CONTROL, SERVICE, Clients

    runs: dict[str, list[float]] = {"hot": [], "control": [], "spread": []}
    with Clients(players) as clients:
        for number in range(ROUNDS + 1):
            for name in runs:
                draws = spread if name == "spread" else cast.draws(1)
                cast.settle_down()
                service = CONTROL if name == "control" else SERVICE
                # The first round only warms everything up.
                measured = clients.sell(service, draws, seconds if number else min(1.0, seconds))
                _note(runs, name, measured, number)
    return runs


def _web(players: list[str], seconds: float) -> dict[str, list[float]]:
    from benchmarks import cast, web_load
    from benchmarks.website import Site

    runs: dict[str, list[float]] = {"http_enter": [], "http_noop": []}
    with Site() as site:
        browsers = [site.browser(player, draw) for draw in cast.draws(1) for player in players]
        for number in range(ROUNDS + 1):
            for name in runs:
                [draw] = cast.draws(1)
                cast.settle_down()
                enter = name == "http_enter"
                requests = web_load.enter(browsers, draw) if enter else web_load.noop(browsers)
                length = seconds if number else min(1.0, seconds)
                _note(runs, name, web_load.rate(site.port, requests, 303 if enter else 200, length), number)
    return runs


def _note(runs: dict[str, list[float]], name: str, measured: float, number: int) -> None:
    if number:
        runs[name].append(measured)
        print(f"run {number} of {ROUNDS}: {name:<11}{measured:>8.0f}/s", file=sys.stderr, flush=True)


def _check() -> None:
    """Figures of a site that lost or invented a ticket or a coin would be worth nothing."""
    from lucky11.management.commands.check_integrity import CHECKS

    defects = [str(defect) for defect in (check() for check in CHECKS.values()) if defect]
    if defects:
        raise SystemExit("bin/bench: the books do not balance after the runs: " + " ".join(defects))


if __name__ == "__main__":
    main()
