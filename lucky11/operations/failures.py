"""What a command says instead of a traceback: what happened, what it means, and what to do."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management.base import CommandError
from django.db import Error as DatabaseError

from lucky11.operations import OperationError

INTERRUPTED = 130  # what a shell makes of Ctrl-C
FULL = (errno.ENOSPC, errno.EDQUOT)
# Of triggers and constraints: what they raise, and a state that does not allow it.
REFUSALS = ("P0", "23", "55000", "2F", "0A", "L11")
# A module may not be loaded; then no error is one of its.
STORE = (("botocore.exceptions", "BotoCoreError"), ("botocore.exceptions", "ClientError"))
QUEUE = (("redis.exceptions", "RedisError"), ("kombu.exceptions", "OperationalError"))
MAIL = (("smtplib", "SMTPException"),)


class Progress:
    """How far a command came, as far as that is known: has it begun, and does it change anything?"""

    def __init__(self, *, changes: bool) -> None:
        self.changes, self.begun = changes, False

    def __str__(self) -> str:
        if not self.begun:
            return "Nothing was done."
        if not self.changes:
            return "It only reads, so nothing was changed."
        return "What it had finished before that stays; a database transaction that was open was rolled back."


@contextmanager
def in_sentences(progress: Progress) -> Iterator[None]:
    """Turn the errors that an operator can do something about into CommandError, which prints a sentence.

    The exit code is 1, or 130 after Ctrl-C. With --traceback Django shows where the error came from.
    """
    try:
        yield
    except OperationError as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt as error:
        said = f"Interrupted. {progress} Run the command again to do the rest."
        raise CommandError(said, returncode=INTERRUPTED) from error
    except Exception as error:
        said = sentence(error, progress)
        if not said:
            raise
        raise CommandError(said) from error


def sentence(error: Exception, progress: Progress | str) -> str:
    """Return what an operator reads about this error, or "" if it is a mistake in the code."""
    if isinstance(error, DatabaseError | psycopg.Error):
        return _of_database(error, progress)
    if _is_one_of(error, STORE):
        return (
            f"The object store of BACKUP_STORAGE did not do it: {_line(error)}. {progress} Check its "
            "address, its keys and their rights, and run the command again."
        )
    if _is_one_of(error, QUEUE):
        return f"Redis did not do it: {_line(error)}. {progress} Check REDIS_URL, and run the command again."
    if _is_one_of(error, MAIL):
        return f"The mail server did not do it: {_line(error)}. {progress} Check EMAIL_URL."
    return _of_machine(error, progress) if isinstance(error, OSError) else ""


def reason(error: Exception) -> str:
    """Return the database's own sentence: of a refusing trigger, exactly what it says."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    said = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    return (said or _line(error)).rstrip(".")


def _of_database(error: Exception, progress: Progress | str) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    state = getattr(cause, "sqlstate", None) or ""
    said = reason(error)
    if state.startswith(REFUSALS):
        return f"A rule of the database refused it: {said}. {progress}"
    if state == "42501":
        return (
            f"The role of the database lacks a right: {said}. {progress} Which role a command is for: "
            'docs/operations.md, "Commands and their roles"; which rights are missing: '
            "manage.py db_roles --check."
        )
    if state in ("53100", "53200", "53300"):
        return f"The database server has run out of something: {said}. {progress} Free some, and try again."
    # psycopg knows no state when there was nobody to name one.
    if isinstance(cause, psycopg.OperationalError) and (not state or state[:2] in ("08", "57", "28")):
        return (
            f"The database does not answer: {said}. {progress} See whether PostgreSQL is running and whether "
            "DATABASE_URL is right, then run the command again."
        )
    return f"The database reported an error: {said}. {progress} --traceback shows where."


def _of_machine(error: OSError, progress: Progress | str) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in FULL:
        return f"The disk is full{where}. {progress} Free some space, and run the command again."
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return (
            f"This account may not do that{where}: {error.strerror}. {progress} Run the command as the "
            "account that the documents name, or give it the right to the folder."
        )
    return f"The machine refused it{where}: {error.strerror or _line(error)}. {progress}"


def _is_one_of(error: Exception, classes: tuple[tuple[str, str], ...]) -> bool:
    found: list[Any] = [getattr(sys.modules.get(module), name, None) for module, name in classes]
    return isinstance(error, tuple(each for each in found if each))


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
