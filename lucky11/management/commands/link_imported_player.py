"""Give an imported player's coins and history to a player who is here already."""

import hashlib
from typing import Any

from django.core.management.base import CommandParser

from lucky11.importing.linking import LinkRefused, link
from lucky11.operations import OperationError, runs
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.OWNER,)
    help = (
        "Give the coins, tickets and wins of an imported player, whom nobody has signed in as, to a player "
        "who is here already. A link is final, and is made once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old_id", help="the id on the old site, letter for letter")
        parser.add_argument("--to", required=True, metavar="PLAYER_ID", help="the player who gets them")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")

    def operate(self, *, old_id: str, to: str, dry_run: bool, **options: Any) -> None:
        # The record holds no id of the old site, as the database holds none.
        digest = hashlib.sha256(old_id.encode()).hexdigest()
        try:
            if dry_run:
                done = link(old_id, to, dry_run=True)
            else:
                with runs.record("link_imported_player", old_account=digest, to=to) as run:
                    done = link(old_id, to)
                    run.summary = f"Player {done.player} linked to {to}: {done.coins:,} coins."
        except LinkRefused as reason:
            raise OperationError(str(reason)) from reason
        what = (
            f"{done.coins:,} coins, {done.tickets:,} tickets and {done.wins:,} wins of player {done.player}"
        )
        self.say(f"{what} {'would go' if dry_run else 'went'} to player {to}.")
