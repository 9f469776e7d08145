"""Acts on a draw that need a second staff member's approval: corrections always, others if the site wants."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import approvals
from accounts.models import Approval, User
from draws.conflicts import has_stake, has_stake_in
from draws.exceptions import DrawError, NotPassable
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.text_changes import TEXT_CHANGED, correct_texts, why_not_change
from draws.models import Disqualification, Draw, Winner
from draws.prizes.disqualify import checked, disqualify, open_against

CANCEL = "cancel_draw"
PASS_ON = "pass_on_prize"
CORRECT = "correct_draw"


def cancel(draw: Draw, reason: str, *, by: User, figures: str) -> Draw | Approval:
    """Cancel a draw, or ask a second staff member to; return the draw, or the request.

    `figures` tells the second staff member what is refunded. Raises DrawError or ApprovalError.
    """
    if not approvals.needed():
        return cancel_draw(draw.pk, actor=by, reason=reason)
    return approvals.ask(
        CANCEL,
        f"draw:{draw.pk}",
        summary=_("Cancel draw %(number)s, “%(title)s”; to be refunded: %(figures)s")
        % {"number": draw.pk, "title": draw.title, "figures": figures},
        payload={"draw_id": draw.pk, "reason": reason},
        reason=reason,
        asked_by=by,
    )


def pass_on(
    winner: Winner, reason: str, evidence: str, *, by: User, prize: str
) -> Disqualification | Approval:
    """Disqualify a winner, or ask a second staff member to; return what was made or asked.

    `prize` tells the second staff member what it is. Raises DrawError or ApprovalError.
    """
    if not approvals.needed():
        return disqualify(winner.pk, reason, evidence, asked_by=by)
    evidence = checked(evidence, "evidence")
    return approvals.ask(
        PASS_ON,
        f"winner:{winner.pk}",
        summary=_("Take a prize of %(prize)s in draw %(draw)s from %(place)s and pass it on")
        % {"prize": prize, "draw": winner.draw_id, "place": winner.drawn_as},
        payload={"winner_id": winner.pk, "code": reason, "evidence": evidence},
        reason=str(Disqualification.Reason(reason).label),
        asked_by=by,
    )


def correct(draw: Draw, texts: dict[str, str], reason: str, *, by: User) -> Approval:
    """Ask a second staff member to correct texts of a published draw; on every site. Raises ApprovalError."""
    return approvals.ask(
        CORRECT,
        f"draw:{draw.pk}",
        summary=_("Correct the text of draw %(number)s, “%(title)s”")
        % {"number": draw.pk, "title": draw.title},
        payload={
            "draw_id": draw.pk,
            "texts": texts,
            "shown": {name: getattr(draw, name) for name in texts},
            "reason": reason,
        },
        reason=reason,
        asked_by=by,
    )


def _correct(payload: dict[str, Any], asked_by: User, approved_by: User) -> str:
    reason = payload["reason"]
    changes = correct_texts(
        payload["draw_id"],
        payload.get("shown", {}),
        payload.get("texts", {}),
        reason=reason,
        asked_by=asked_by,
        approved_by=approved_by,
    )
    draw = Draw.objects.get(pk=payload["draw_id"])
    said = _("Corrected; asked for by %(asker)s, approved by %(approver)s. Why: %(reason)s")
    values = {"asker": asked_by, "approver": approved_by, "reason": reason}
    approvals.log(approved_by, draw, said % values)
    told = (
        _("%(draw)s is corrected. Everyone who entered is told.") if changes else _("Nothing was different.")
    )
    return told % {"draw": draw}


def _cancel(payload: dict[str, Any], asked_by: User, approved_by: User) -> str:
    draw = cancel_draw(payload["draw_id"], actor=asked_by, reason=payload["reason"])
    said = _("Cancelled; asked for by %(asker)s, approved by %(approver)s. Why: %(reason)s")
    values = {"asker": asked_by, "approver": approved_by, "reason": draw.why_void}
    approvals.log(approved_by, draw, said % values)
    return _("%(draw)s is cancelled. The refunds are on their way.") % {"draw": draw}


def _pass_on(payload: dict[str, Any], asked_by: User, approved_by: User) -> str:
    if "code" not in payload:
        raise NotPassable(
            _("This was asked for before winners could object. Refuse it, and ask again with a reason.")
        )
    made = disqualify(
        payload["winner_id"],
        payload["code"],
        payload["evidence"],
        asked_by=asked_by,
        approved_by=approved_by,
    )
    said = _("Disqualified; asked for by %(asker)s, approved by %(approver)s. %(reason)s")
    values = {"asker": asked_by, "approver": approved_by, "reason": made.why}
    approvals.log(approved_by, made.winner, said % values)
    return told(made)


def told(made: Disqualification) -> str:
    """Say to staff what comes next."""
    said = ngettext(
        "The winner is told and has %(days)s day to object. The prize stays where it is until then.",
        "The winner is told and has %(days)s days to object. The prize stays where it is until then.",
        (made.object_by - made.told_at).days,
    )
    return said % {"days": (made.object_by - made.told_at).days}


def _why_not_cancel(payload: dict[str, Any]) -> str:
    draw = Draw.objects.filter(pk=payload.get("draw_id", 0)).first()
    return "" if draw and draw.is_open else _("Only a draw that is still open can be cancelled.")


def _why_not_correct(payload: dict[str, Any]) -> str:
    draw = Draw.objects.filter(pk=payload.get("draw_id", 0)).first()
    if draw is None:
        return _("There is no such draw.")
    changed = any(getattr(draw, field) != text for field, text in payload.get("shown", {}).items())
    return why_not_change(draw) or (str(TEXT_CHANGED) if changed else "")


def _why_not_pass_on(payload: dict[str, Any]) -> str:
    winner = Winner.objects.filter(pk=payload.get("winner_id", 0)).first()
    states = (Winner.HandOver.TO_CLAIM, Winner.HandOver.CLAIMED)
    if winner is None or winner.hand_over not in states or winner.forfeited_at is not None:
        return _("Only a prize that waits to be claimed or sent can be passed on.")
    return _("The winner has already been told.") if open_against(winner.pk) else ""


ACTS = {
    CANCEL: approvals.Act(
        "draws.cancel_draw",
        _cancel,
        (DrawError,),
        why_not=_why_not_cancel,
        conflict=lambda payload, staff: has_stake(staff, payload.get("draw_id")),
    ),
    CORRECT: approvals.Act(
        "draws.publish_draw",
        _correct,
        (DrawError,),
        why_not=_why_not_correct,
        conflict=lambda payload, staff: has_stake(staff, payload.get("draw_id")),
    ),
    PASS_ON: approvals.Act(
        "draws.redraw_winner",
        _pass_on,
        (DrawError,),
        why_not=_why_not_pass_on,
        conflict=lambda payload, staff: has_stake_in(staff, payload.get("winner_id")),
    ),
}
