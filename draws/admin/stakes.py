"""What a superuser reads before giving staff rights: the draws in which that player holds tickets."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.admin.base import change_url, link
from accounts.admin.players import PlayerPanel
from accounts.models import User
from draws.models import Draw, Participation, Winner

SHOWN = 10


def stakes_panel(request: HttpRequest, player: User) -> dict[str, Any] | None:
    """Return the draws that are not over in which a player holds tickets, for whoever grants staff rights."""
    if not request.user.is_superuser:
        return None
    draws = list(draws_not_over(player)[: SHOWN + 1])
    if not draws:
        return None
    links = [link(change_url(Draw, draw.pk), f"{draw.pk}: {draw.title}") for draw in draws[:SHOWN]]
    return {"draws": links, "more": len(draws) > SHOWN}


def draws_not_over(player: User) -> QuerySet[Draw]:
    """Return the draws with a player's tickets that are not decided, or have a prize that is not sent yet."""
    waits = Winner.objects.filter(
        draw=OuterRef("pk"), hand_over__in=[Winner.HandOver.TO_CLAIM, Winner.HandOver.CLAIMED]
    )
    held = Participation.objects.filter(user=player).values("draw")
    undecided = Q(drawn_at__isnull=True, cancelled_at__isnull=True)
    return Draw.objects.filter(undecided | Exists(waits), pk__in=held).order_by("-pk")


STAKES_PANEL = PlayerPanel("admin/draws/stakes_panel.html", stakes_panel)
