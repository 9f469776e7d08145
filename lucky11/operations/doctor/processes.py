"""Checks of the site's processes: a worker and beat by their signs of life, the second clock by its name."""

from contextlib import suppress

import psutil
from django.conf import settings

from common import heartbeat
from lucky11.operations.doctor.results import Result, ok, problem, warning


def worker() -> Result:
    """Check that a worker has finished a sweep in the last half minute."""
    return _sign_of_life("worker", "finished a sweep")


def beat() -> Result:
    """Check that beat has scheduled a sweep in the last half minute."""
    return _sign_of_life("beat", "scheduled a sweep")


def _sign_of_life(name: str, did: str) -> Result:
    seconds = heartbeat.age(name)
    advice = f"Start the process `{name}` of the Procfile, or read its log."
    if seconds is None:
        return problem(f"No {name} has ever {did}, as far as Redis knows.", advice)
    found = f"It {did} {seconds:.0f} s ago."
    return (
        problem(f"{found} The limit is {heartbeat.ALIVE_SECONDS} s.", advice)
        if seconds >= heartbeat.ALIVE_SECONDS
        else ok(found)
    )


def clock() -> Result:
    """Look for the second clock among this machine's processes."""
    found = [each.pid for each in psutil.process_iter() if _is_clock(each)]
    if found:
        return ok(f"Process {found[0]} of this machine.")
    said = "No second clock runs on this machine; without it draws close late when Redis is lost."
    return warning(said, "Start the process `clock` of the Procfile, unless it runs on another machine.")


def _is_clock(process: psutil.Process) -> bool:
    with suppress(psutil.Error, OSError):
        words = process.cmdline()
        if "close_due_draws" not in words or "--loop" not in words:
            return False
        # Another account's folder may not be asked for; the command is ours in any case.
        with suppress(psutil.AccessDenied):
            return process.cwd() == str(settings.BASE_DIR)
        return True
    return False
