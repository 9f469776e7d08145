"""What came over from the old site: adding it, and what the pages about it read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from common.database.paging import Page, cut, moment_cursor, read_moment_cursor
from common.database.service_flag import as_service
from draws.models import OldDraw, OldTicket, OldWinner
from draws.pages.draws import PAGE, Viewer
from draws.statistics import rewrite_players

Row = TypeVar("Row", OldDraw, OldTicket, OldWinner)


@dataclass
class OldResult:
    """A draw of the old site: whether the viewer won, how many prizes it had, how many tickets they held."""

    draw: OldDraw
    prizes: int
    mine: int
    held: int = 0


@transaction.atomic
def add_draws(draws: Sequence[OldDraw]) -> int:
    """Add draws of the old site that are not here yet; returns how many were."""
    return len(_add(OldDraw, draws))


@transaction.atomic
def add_tickets(tickets: Sequence[OldTicket]) -> int:
    """Add tickets that are not here yet, with what draws and players count; returns how many were."""
    added = _add(OldTicket, tickets)
    more = Counter(ticket.draw_id for ticket in added)
    with as_service("import"), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE old_draws SET current_participants = current_participants + n
               FROM unnest(%s::bigint[], %s::int[]) AS more (draw_id, n) WHERE id = draw_id""",
            [list(more), list(more.values())],
        )
    _recount({ticket.user_id for ticket in added})
    return len(added)


@transaction.atomic
def add_winners(winners: Sequence[OldWinner]) -> int:
    """Add wins that are not here yet, with what players count; returns how many were."""
    added = _add(OldWinner, winners)
    _recount({winner.user_id for winner in added})
    return len(added)


def _add(model: type[Row], rows: Sequence[Row]) -> list[Row]:
    wanted = [row.pk for row in rows]
    here = set(model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))
    missing = [row for row in rows if row.pk not in here]
    with as_service("import"):
        model._default_manager.bulk_create(missing)
    return missing


def _recount(user_ids: Iterable[str]) -> None:
    """Make the players' statistics and streaks follow from their rows."""
    ids = sorted(user_ids)
    # Whoever takes a ticket meanwhile waits, and is counted by their own service afterwards.
    list(User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    rewrite_players(ids)


def old_draws_exist() -> bool:
    """Whether anything came over from an old site."""
    return OldDraw.objects.exists()


def old_results(viewer: Viewer, before: str, size: int = PAGE) -> Page[OldResult]:
    """A page of the old site's draws, the latest first: two queries, four for players."""
    return _page(OldDraw.objects.all(), viewer, before, size)


def old_holdings(player: User, before: str, size: int = PAGE) -> Page[OldResult]:
    """A page of the old draws in which the player held a ticket or won, the latest first: three queries."""
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
