"""No migration without a backup: the gate in front of migrating and rolling back."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations import OperationError
from lucky11.operations.backups import create
from lucky11.operations.backups.extensions import Say


def back_up_first(say: Say, what: str) -> None:
    """Take a backup before `what`. Raises OperationError if that fails: then nothing happens."""
    try:
        manifest = create.back_up(reason=f"before {what}")
    except OperationError as error:
        raise OperationError(f"{error} So {what} did not happen, and nothing was changed.") from error
    say(f"Backed up as {manifest.name} ({manifest.size:,} bytes).")


def limits(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a command that Django's migrate takes."""
    return {name: options[name] for name in ("lock_timeout", "statement_timeout", "tries")}


def add_limits(parser: CommandParser) -> None:
    """Add the timeout options of a command that migrates."""
    parser.add_argument("--lock-timeout", type=float, default=5, metavar="SECONDS", help="default 5")
    parser.add_argument("--statement-timeout", type=float, default=900, metavar="SECONDS", help="default 900")
    parser.add_argument("--tries", type=int, default=3, help="default 3")
