"""Reads for the pages about the old site's draws."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from common.database.paging import Page, cut, moment_cursor, read_moment_cursor
from draws.models import OldDraw, OldTicket, OldWinner
from draws.pages.draws import PAGE, Viewer


@dataclass
class OldResult:
    """A draw of the old site: whether the viewer won, how many prizes it had, how many tickets they held."""

    draw: OldDraw
    prizes: int
    mine: int
    held: int = 0


def old_draws_exist() -> bool:
    """Return whether anything came over from an old site."""
    return OldDraw.objects.exists()


def old_results(viewer: Viewer, before: str, size: int = PAGE) -> Page[OldResult]:
    """Return a page of the old site's draws, the latest first: two queries, four for players."""
    return _page(OldDraw.objects.all(), viewer, before, size)


def old_holdings(player: User, before: str, size: int = PAGE) -> Page[OldResult]:
    """Return a page of old draws in which the player held a ticket or won, latest first: three queries."""
    held = OldTicket.objects.filter(user=player).values("draw")
    won = OldWinner.objects.filter(user=player).values("draw")
    return _page(OldDraw.objects.filter(Q(pk__in=held) | Q(pk__in=won)), player, before, size)


def _page(draws: QuerySet[OldDraw], viewer: Viewer, before: str, size: int) -> Page[OldResult]:
    position = read_moment_cursor(before)
    if position:
        moment, number = position
        draws = draws.filter(draw_time__lte=moment).exclude(draw_time=moment, pk__gte=number)
    rows = list(draws.order_by("-draw_time", "-pk")[: size + 1])
    page = cut(rows, size, lambda draw: moment_cursor(draw.draw_time, draw.pk))
    prizes = _counted(OldWinner, page.rows)
    won = _counted(OldWinner, page.rows, user=viewer) if viewer else {}
    held = _counted(OldTicket, page.rows, user=viewer) if viewer else {}
    return Page(
        [
            OldResult(draw, prizes.get(draw.pk, 0), won.get(draw.pk, 0), held.get(draw.pk, 0))
            for draw in page.rows
        ],
        page.next,
    )


def _counted(model: type[OldWinner] | type[OldTicket], draws: list[OldDraw], **of: User) -> dict[int, int]:
    rows = model._default_manager.filter(draw__in=draws, **of)
    return dict(rows.values_list("draw_id").annotate(n=Count("pk")).order_by())
