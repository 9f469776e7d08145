"""What a second staff member has to approve about a draw."""

from typing import Any

from accounts import approvals
from accounts.models import User
from draws.cancelling import cancel_draw
from draws.exceptions import DrawError
from draws.redrawing import disqualify

CANCEL = "cancel_draw"
PASS_ON = "pass_on_prize"


def register() -> None:
    """Make cancelling a draw and passing a prize on acts that can be asked for."""
    act = approvals.Act("Cancel a draw", "draws.cancel_draw", _cancel, (DrawError,))
    approvals.register(CANCEL, act)
    act = approvals.Act("Pass a prize on", "draws.redraw_winner", _pass_on, (DrawError,))
    approvals.register(PASS_ON, act)


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
