"""Run one sweep and stop for good just before the n-th call of a function.

    python -m tests.races.stopping MODULE NAME N [SWEEP]

It says so on standard output and then waits to be killed. Only tests use it; nothing in the site can stop.
"""

import functools
import importlib
import signal
import sys
from typing import Any

import django


def stop_before(module: str, name: str, nth: int) -> None:
    """Replace the function by one that never makes its n-th call."""
    place = importlib.import_module(module)
    function, calls = getattr(place, name), 0

    @functools.wraps(function)
    def stopping(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth:
            print("stopped", flush=True)
            while True:
                signal.pause()
        return function(*args, **kwargs)

    setattr(place, name, stopping)


def main() -> None:
    django.setup()
    stop_before(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    from draws.lifecycle import close, rounds, settle

    settle.PLAYERS_AT_ONCE = 2
    sweeps = {"close_due_draws": close.close_due_draws, "fetch_rounds": rounds.fetch_rounds}
    sweeps[sys.argv[4] if len(sys.argv) > 4 else "close_due_draws"]()
    print("finished", flush=True)


if __name__ == "__main__":
    main()
