"""Holders: who has each prize now, the winner drawn or the reserve it was passed on to since."""

from collections.abc import Iterable

from draws.models import Redraw, Winner


def redraws_of(draw_ids: Iterable[int]) -> list[Redraw]:
    """Return the re-draws of some draws in their order, with both winners and their tickets: one query."""
    rows = Redraw.objects.filter(draw__in=list(draw_ids)).select_related("failed__ticket", "reserve__ticket")
    return list(rows.order_by("pk"))


def current_holders(winners: Iterable[Winner], redraws: Iterable[Redraw]) -> list[Winner]:
    """Return, for each winner as drawn, who has the prize now; the last to lose it when nobody is left."""
    passed = {redraw.failed_id: redraw.reserve for redraw in redraws}
    current = []
    for winner in winners:
        while winner.pk in passed:
            winner = passed[winner.pk]
        current.append(winner)
    return current
