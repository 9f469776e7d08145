"""Invite the players who came over from the old site to choose a password: each of them once."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.signin.invitations import Invited, invite_all
from lucky11.operations import OperationError, runs
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP, acting.OWNER)
    help = (
        "Write an email to every imported player whom nobody has invited or signed in as yet. You can stop "
        "it and start it again: nobody gets a second one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, metavar="N", help="invite at most N players now")
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def operate(self, *, limit: int | None, dry_run: bool, **options: Any) -> None:
        if limit is not None and limit < 1:
            raise OperationError("--limit is at least 1. Nobody was invited.")
        if dry_run:
            self._say(_last(limit, dry_run=True), "would be invited")
            return
        with runs.record("invite_imported_players", limit=limit) as run:
            done = _last(limit)
            run.summary = f"{done.invited:,} players invited."
        self._say(done, "invited")

    def _say(self, done: Invited, what: str) -> None:
        left = f" {done.on_a_break:,} are on a break and were left out." if done.on_a_break else ""
        self.say(f"{done.invited:,} players {what}.{left}")


def _last(limit: int | None, *, dry_run: bool = False) -> Invited:
    done = Invited()
    for figures in invite_all(limit, dry_run=dry_run):
        done = figures
    return done
