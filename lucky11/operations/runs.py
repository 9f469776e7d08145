"""Records of the runs of procedures: who ran them, when, and how it went."""

import getpass
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.db.models.functions import Now

from lucky11 import __version__
from lucky11.models import OperationRun

LONGEST_SUMMARY = 500


@contextmanager
def record(kind: str, **details: Any) -> Iterator[OperationRun]:
    """Record the run of a procedure; the block may set `summary`, `details`, and `ok` to False.

    An error, or an exit code other than 0, is recorded as a failure with its reason. A process that is killed
    leaves its row unfinished. Inside the caller's database transaction, the row is rolled back with it.
    """
    run = begin(kind, **details)
    try:
        yield run
    except BaseException as error:
        good = isinstance(error, SystemExit) and not error.code
        run.summary = run.summary or ("" if good else why(error))
        _end_if_possible(run, ok=good and run.ok is not False)
        raise
    end(run, ok=run.ok is not False)


def begin(kind: str, **details: Any) -> OperationRun:
    """Record that a procedure starts now, who runs it and with which version."""
    return OperationRun.objects.create(kind=kind, details={**who(), **details})


def end(run: OperationRun, *, ok: bool) -> None:
    """Record that the run is over and how it went, by the database's clock."""
    run.ok, run.summary = ok, run.summary[:LONGEST_SUMMARY]
    run.ended_at = Now()
    run.save(update_fields=["ok", "summary", "details", "ended_at"])
    run.refresh_from_db(fields=["ended_at"])


def newest(kind: str) -> OperationRun | None:
    """Return the latest run of this kind, whatever its result, even if it is unfinished."""
    return OperationRun.objects.filter(kind=kind).order_by("-id").first()


def last_good(kind: str) -> OperationRun | None:
    """Return the latest successful run of this kind."""
    return OperationRun.objects.filter(kind=kind, ok=True).order_by("-id").first()


def who() -> dict[str, Any]:
    """Return the account, the machine, the process and the version of the code that are running."""
    return {"by": _account(), "host": platform.node(), "pid": os.getpid(), "version": __version__}


def why(error: BaseException) -> str:
    """Return an error in one line."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted."
    return " ".join(f"{type(error).__name__}: {error}".split())


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _end_if_possible(run: OperationRun, *, ok: bool) -> None:
    # The original error says more than a failure to record it; the row stays unfinished, which shows.
    try:
        end(run, ok=ok)
    except (DatabaseError, InterfaceError):
        return
