"""Run the benchmarks: `python -m benchmarks [--json FILE] [--quick] [--seconds N] [--only PART …]`."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import databases
from benchmarks.runs import FULL, QUICK, Measured, Sizes

PARTS = ("tickets", "pages", "integrity", "closing")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, write the JSON."""
    options = read_options(arguments)
    sizes = QUICK if options.quick else FULL
    if options.seconds:
        sizes = replace(sizes, seconds=options.seconds)
    # Ended by a signal, the databases are dropped and the web server stopped all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with databases.prepared():
        from benchmarks import report

        facts = report.machine() | {"seconds_a_run": sizes.seconds}
        answer = report.result(facts, _measure(sizes, options.only or PARTS))
    print(report.table(answer))
    if options.json:
        options.json.write_text(json.dumps(answer, indent=2) + "\n")


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as JSON, too")
    parser.add_argument(
        "--quick", action="store_true", help="short runs, smaller databases: three minutes, less exact"
    )
    parser.add_argument(
        "--seconds", type=_seconds, metavar="N", help="seconds a run (default 4; --quick: 0.6)"
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, help="measure only these parts")
    return parser.parse_args(arguments)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 600:
        raise argparse.ArgumentTypeError("a run takes 0.1 to 600 seconds")
    return seconds


def _measure(sizes: Sizes, parts: Sequence[str]) -> Measured:
    from benchmarks import closing, growth, integrity, selling

    measured = Measured()
    if "tickets" in parts:
        selling.measure_tickets(measured, sizes)
        selling.measure_forms(measured, sizes)
        integrity.books_balance()
    if "pages" in parts or "integrity" in parts:
        growth.fill(sizes)
    if "pages" in parts:
        growth.measure(measured, sizes)
    if "integrity" in parts:
        integrity.measure(measured, sizes)
    # Last: a draw made to be closed has tickets that nobody paid for.
    if "closing" in parts:
        closing.measure(measured, sizes)
    return measured


if __name__ == "__main__":
    main()
