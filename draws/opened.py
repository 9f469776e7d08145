"""Results that stay covered until their player opens them, on every device and in every list.

A player who likes surprises has `covers_results_from`: of the draws drawn since then, their own are covered
until opened. The books are not: coins that were won are in the purse and in the list of movements.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from draws.models import Draw, OpenedResult, Participation, Winner


def covers(player: User | None, draw: Draw) -> bool:
    """Return whether a result is still covered for the player, who holds tickets in the draw."""
    if player is None or not _is_since(player, draw):
        return False
    return not OpenedResult.objects.filter(user=player, draw=draw).exists()


def covered(player: User | None, draws: Iterable[Draw]) -> set[int]:
    """Return which of these draws have a result that is covered for this player: at most two queries."""
    since = [draw.pk for draw in draws if player is not None and _is_since(player, draw)]
    if not since:
        return set()
    held = Participation.objects.filter(user=player, draw__in=since).values_list("draw_id", flat=True)
    opened = OpenedResult.objects.filter(user=player, draw__in=since).values_list("draw_id", flat=True)
    return set(held.distinct()) - set(opened)


def open_result(player: User, draw_id: int) -> None:
    """Remember that the player opened the result of a draw, once; nothing if there is none of theirs."""
    theirs = Participation.objects.filter(user=player, draw=draw_id, draw__drawn_at__isnull=False)
    if theirs.exists():
        OpenedResult.objects.bulk_create([OpenedResult(user=player, draw_id=draw_id)], ignore_conflicts=True)


def covered_wins(player: User) -> QuerySet[Winner]:
    """Return the player's wins that stand, and whose result is still covered."""
    since = player.covers_results_from
    if since is None:
        return Winner.objects.none()
    opened = OpenedResult.objects.filter(user=player, draw=OuterRef("draw_id"))
    wins = Winner.objects.filter(user=player, forfeited_at__isnull=True, draw__drawn_at__gt=since)
    return wins.exclude(Exists(opened))


def wins_seen(player: User) -> QuerySet[Winner]:
    """Return the player's wins that stand, without those whose result is still covered."""
    wins = Winner.objects.filter(user=player, forfeited_at__isnull=True)
    return wins.exclude(pk__in=covered_wins(player).values("pk"))


def _is_since(player: User, draw: Draw) -> bool:
    since = player.covers_results_from
    return since is not None and draw.drawn_at is not None and draw.drawn_at > since
