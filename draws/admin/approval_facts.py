"""What the second member of staff reads before deciding about a draw: who loses and who gains what, now."""

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext

from common.text import wording
from draws.admin.formats import moment
from draws.approvals import CANCEL
from draws.lifecycle.cancel import cancel_preview
from draws.models import Draw, Participation

Facts = list[tuple[str, object]]
MOST_SHOWN = 5


def of_cancelling(payload: dict[str, Any]) -> Facts:
    """Return how many players get how much back, and who most of it."""
    draw = Draw.objects.filter(pk=payload["draw_id"]).first()
    if draw is None:
        return []
    preview = cancel_preview(draw.pk)
    return [
        (gettext("Would close"), moment(draw.draw_time)),
        (gettext("Players who lose their chance"), wording.grouped(preview.players)),
        (gettext("Tickets to refund"), wording.grouped(preview.tickets)),
        (gettext("Coins to refund"), wording.grouped(preview.coins)),
        (gettext("Most goes back to"), _most_back(draw) or "–"),
    ]


def _most_back(draw: Draw) -> str:
    held = Participation.objects.filter(draw=draw).values("user__email", "user").annotate(tickets=Count("pk"))
    largest = held.order_by("-tickets", "user")[:MOST_SHOWN]
    return "; ".join(
        f"{row['user__email'] or row['user']}: {wording.coins(row['tickets'] * draw.entry_fee)}"
        for row in largest
    )


FACTS = {CANCEL: of_cancelling}
