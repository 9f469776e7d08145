"""Recording runs of procedures: who, when, and how it went."""

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
    """Keep a row of the run of a procedure; the block may set `summary`, `details`, and `ok` to False.

    Leaving by an error, or by an exit code other than 0, is a failure and says why. A process that is killed
    leaves its row unfinished. In a database transaction of the caller's, the row shares its fate.
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
    """Write that a procedure starts now, by whom and with which version."""
    return OperationRun.objects.create(kind=kind, details={**who(), **details})


def end(run: OperationRun, *, ok: bool) -> None:
    """Write how the run went and that it is over, by the database's clock."""
    run.ok, run.summary = ok, run.summary[:LONGEST_SUMMARY]
    run.ended_at = Now()
    run.save(update_fields=["ok", "summary", "details", "ended_at"])
    run.refresh_from_db(fields=["ended_at"])


def newest(kind: str) -> OperationRun | None:
    """The latest run of this kind, however it went, also one that is not finished."""
    return OperationRun.objects.filter(kind=kind).order_by("-id").first()


def last_good(kind: str) -> OperationRun | None:
    """The latest run of this kind that went well."""
    return OperationRun.objects.filter(kind=kind, ok=True).order_by("-id").first()


def who() -> dict[str, Any]:
    """Who is at work: the account, the machine, the process, the version of the code."""
    return {"by": _account(), "host": platform.node(), "pid": os.getpid(), "version": __version__}


def why(error: BaseException) -> str:
    """An error in one line."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted."
    return " ".join(f"{type(error).__name__}: {error}".split())


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _end_if_possible(run: OperationRun, *, ok: bool) -> None:
    # The error at hand says more than one about writing it down; the row stays unfinished, and that is seen.
    try:
        end(run, ok=ok)
    except (DatabaseError, InterfaceError):
        return
