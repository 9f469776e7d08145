"""What staff do about a draw with the approval of a second one, where the site wants that."""

from typing import Any

from accounts import approvals
from accounts.models import Approval, User
from draws.cancelling import cancel_draw
from draws.exceptions import DrawError
from draws.models import Draw, Winner
from draws.redrawing import Passing, disqualify

CANCEL = "cancel_draw"
PASS_ON = "pass_on_prize"


def register() -> None:
    """Make cancelling a draw and passing a prize on acts that can be asked for."""
    approvals.register(CANCEL, approvals.Act("draws.cancel_draw", _cancel, (DrawError,)))
    approvals.register(PASS_ON, approvals.Act("draws.redraw_winner", _pass_on, (DrawError,)))


def cancel(draw: Draw, reason: str, *, by: User, figures: str) -> Draw | Approval:
    """Cancel a draw, or ask a second staff member to; answers the draw, or what was asked.

    `figures` say to the second one what goes back. Raises DrawError or ApprovalError.
    """
    if not approvals.needed():
        return cancel_draw(draw.pk, actor=by, reason=reason)
    return approvals.ask(
        CANCEL,
        f"draw:{draw.pk}",
        summary=f"Cancel draw {draw.pk}, “{draw.title}”: {figures} go back",
        payload={"draw_id": draw.pk, "reason": reason},
        reason=reason,
        asked_by=by,
    )


def pass_on(winner: Winner, reason: str, *, by: User, prize: str) -> Passing | Approval:
    """Pass a prize on to the next reserve, or ask a second staff member to; answers what was done, or asked.

    `prize` says to the second one what it is. Raises DrawError or ApprovalError.
    """
    if not approvals.needed():
        return disqualify(winner.pk, reason, actor=by)
    return approvals.ask(
        PASS_ON,
        f"winner:{winner.pk}",
        summary=f"Take a prize of {prize} in draw {winner.draw_id} from {winner.drawn_as} and pass it on",
        payload={"winner_id": winner.pk, "reason": reason},
        reason=reason,
        asked_by=by,
    )


def _cancel(payload: dict[str, Any], asked_by: User, approved_by: User) -> str:
    draw = cancel_draw(payload["draw_id"], actor=asked_by, reason=payload["reason"])
    approvals.log(
        approved_by,
        draw,
        f"Cancelled; asked for by {asked_by}, approved by {approved_by}. Why: {draw.void_reason}",
    )
    return f"{draw} is cancelled. The refunds are on their way."


def _pass_on(payload: dict[str, Any], asked_by: User, approved_by: User) -> str:
    passing = disqualify(payload["winner_id"], payload["reason"], actor=asked_by)
    who, why = f"asked for by {asked_by}, approved by {approved_by}", passing.failed.forfeit_reason
    approvals.log(approved_by, passing.failed, f"{passing}; {who}. Why: {why}")
    return f"{passing}. Everyone concerned is told."
