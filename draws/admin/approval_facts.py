"""What the second member of staff reads before deciding about a draw: who loses and who gains what, now."""

from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext

from common.text import wording
from draws import reasons
from draws.admin.disqualifying import gains
from draws.admin.formats import lines, moment
from draws.admin.prizes import facts_of
from draws.approvals import CANCEL, CORRECT, PASS_ON
from draws.lifecycle.cancel import cancel_preview
from draws.lifecycle.text_changes import FIELDS
from draws.models import Disqualification, Draw, Participation, Winner

Facts = list[tuple[str, object]]
MOST_SHOWN = 5


def of_cancelling(payload: dict[str, Any]) -> Facts:
    """Return how many players get how much back, and who most of it."""
    draw = Draw.objects.filter(pk=payload.get("draw_id", 0)).first()
    if draw is None:
        return []
    return [
        (gettext("Would close"), moment(draw.draw_time)),
        *refunds(payload),
        (gettext("Most goes back to"), _most_back(draw) or "–"),
    ]


def refunds(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Return how many players, tickets and coins cancelling would move."""
    draw_id = payload.get("draw_id", 0)
    if not Draw.objects.filter(pk=draw_id).exists():
        return []
    preview = cancel_preview(draw_id)
    return [
        (gettext("Players who lose their chance"), wording.grouped(preview.players)),
        (gettext("Tickets to refund"), wording.grouped(preview.tickets)),
        (gettext("Coins to refund"), wording.grouped(preview.coins)),
    ]


def entrants(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Return how many players a correction would be told to."""
    draw_id = payload.get("draw_id", 0)
    if not Draw.objects.filter(pk=draw_id).exists():
        return []
    return [(gettext("Players to tell"), wording.grouped(cancel_preview(draw_id).players))]


def _most_back(draw: Draw) -> str:
    held = Participation.objects.filter(draw=draw).values("user__email", "user").annotate(tickets=Count("pk"))
    largest = held.order_by("-tickets", "user")[:MOST_SHOWN]
    return "; ".join(
        f"{row['user__email'] or row['user']}: {wording.coins(row['tickets'] * draw.entry_fee)}"
        for row in largest
    )


def of_correcting(payload: dict[str, Any]) -> Facts:
    """Return each text as players read it now, as it would be, and how many of them entered with it."""
    draw = Draw.objects.filter(pk=payload.get("draw_id", 0)).first()
    if draw is None:
        return []
    facts: Facts = [(gettext("Draw"), draw.title), *entrants(payload)]
    for field, text in payload.get("texts", {}).items():
        label = FIELDS.get(field, field)
        facts.append((gettext("%(text)s, now") % {"text": label}, lines(getattr(draw, field, ""))))
        facts.append((gettext("%(text)s, corrected") % {"text": label}, lines(text)))
    return facts


def of_passing_on(payload: dict[str, Any]) -> Facts:
    """Return who would lose a prize, to whom, and how much of the time to claim was left."""
    winner = (
        Winner.objects.select_related("user", "draw", "ticket").filter(pk=payload.get("winner_id", 0)).first()
    )
    if winner is None:
        return []
    code = payload.get("code", "")
    known = code in Disqualification.Reason.values
    return [
        *facts_of(winner),
        *gains(winner),
        (gettext("Time left to claim"), _left(winner)),
        (gettext("Public reason"), reasons.shown(reasons.DISQUALIFIED[code]) if known else "–"),
        (gettext("What staff know"), payload.get("evidence", "–")),
    ]


def _left(winner: Winner) -> str:
    if winner.hand_over != Winner.HandOver.TO_CLAIM or winner.claim_by is None:
        return "–"
    now = timezone.now()
    return timeuntil(winner.claim_by, now) if winner.claim_by > now else gettext("none")


FACTS = {CANCEL: of_cancelling, CORRECT: of_correcting, PASS_ON: of_passing_on}
FIGURES = {CANCEL: refunds, CORRECT: entrants}
