"""End a restore: show what was published and is lost, and, when asked, let the site go on."""

from typing import Any

from django.core.management.base import CommandParser

from draws.exceptions import NotRecoverable
from draws.lifecycle.after_restore import Loss, end_restore, find_loss
from lucky11.operations import OperationError, runs
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.APP, acting.OWNER)
    help = (
        "Compare the log with the records kept outside the database, and show which the database lacks. "
        "With --apply, record that they are lost, publish it on the page of the log, void and refund the "
        "draws that cannot be drawn any more, and let the site sell and draw again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="end the restore; this cannot be undone")
        parser.add_argument("--why", default="", help="with --apply: why it was restored, for players")

    def operate(self, *args: Any, apply: bool, why: str, **options: Any) -> None:
        loss = find_loss()
        if loss is None:
            self.say("The database has every record that is kept outside it. There is nothing to do.")
            return
        self._tell(loss)
        if not apply:
            self.say("Nothing was changed. If there is a newer backup, restore that one instead. If not:")
            self.say("manage.py after_restore --apply --why 'WHAT PLAYERS WILL READ'")
            return
        with runs.record("after_restore", why=why, lost=len(loss.lost)) as run:
            try:
                noted = end_restore(why)
            except NotRecoverable as refusal:
                raise OperationError(f"{refusal.message} Nothing was changed.") from None
            run.details["voided"] = noted.voided
            run.summary = (
                f"Records {noted.last_n + 1:,} to {noted.lost_n:,} of the log are lost, and "
                f"{len(noted.voided)} draws are void. The page of the log says so."
            )
        self.say(f"{run.summary} The site sells and draws again.")

    def _tell(self, loss: Loss) -> None:
        self.say(f"The database has the log up to record {loss.last.n:,}. These were published after it:")
        for each in loss.lost:
            where = f"draw {each.draw}" if each.draw else "the site"
            self.say(f"  {each.n:,}  {each.kind}  of {where}  head {each.head}")
        for draw in loss.draws:
            tickets = f"{draw.current_participants:,} tickets that the database has"
            self.say(f"Draw {draw.pk} ({draw.title}) will be void, and the {tickets} refunded.")
