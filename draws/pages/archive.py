"""Reads for results and for a player's own tickets, with a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Now, RowNumber

from accounts.models import User
from common.database.paging import Page, cut, moment_cursor, read_moment_cursor, read_pair_cursor
from draws.models import Draw, OpenedResult, Participation, Winner
from draws.opened import covered, wins_seen
from draws.pages.draws import PAGE, Held, Viewer, drawn_first
from draws.prizes.disqualify import with_disputes
from draws.prizes.holders import current_holders, redraws_of

# The groups of a player's tickets, in their order.
OPEN, WAITING, PAST = range(3)
PLACES_SHOWN = 3
NUMBERS_SHOWN = 6


@dataclass
class Result:
    """A draw that ended: who has its first prizes, or why there are none."""

    draw: Draw
    winners: list[Winner]
    more: int
    my_wins: list[Winner]
    covered: bool = False


@dataclass
class Holding:
    """A player's tickets in one draw, and what became of them."""

    draw: Draw
    held: Held
    wins: list[Winner]
    covered: bool = False

    @property
    def outcome(self) -> str:
        """active, waiting, covered, won, passed_on (won, and not claimed), not_won or refunded."""
        if self.covered:
            return "covered"
        state = Draw.State(self.draw.state)
        if state == Draw.State.DRAWN:
            kept = any(win.forfeited_at is None for win in self.wins)
            return "won" if kept else "passed_on" if self.wins else "not_won"
        if state in (Draw.State.CANCELLED, Draw.State.VOID):
            return "refunded"
        return "active" if state == Draw.State.OPEN else "waiting"

    @property
    def group(self) -> int:
        """OPEN, WAITING (for the draw, or for the player to open its result) or PAST."""
        return {"active": OPEN, "waiting": WAITING, "covered": WAITING}.get(self.outcome, PAST)


def results(viewer: Viewer, before: str, size: int = PAGE) -> Page[Result]:
    """Return a page of draws that ended, the latest first: seven queries, four for visitors."""
    draws = _ended("drawn_at", before, size) + _ended("cancelled_at", before, size)
    draws.sort(key=lambda draw: (_ended_at(draw), draw.pk), reverse=True)
    page = cut(draws, size, lambda draw: moment_cursor(_ended_at(draw), draw.pk))
    drawn = drawn_first(PLACES_SHOWN).filter(draw__in=page.rows)
    first = _by_draw(current_holders(drawn, redraws_of(draw.pk for draw in page.rows)))
    wins = Winner.objects.filter(draw__in=page.rows, user=viewer, forfeited_at__isnull=True)
    mine = _by_draw(wins) if viewer else {}
    secret = covered(viewer, page.rows)
    rows = []
    for draw in page.rows:
        shown = first.get(draw.pk, [])
        prizes = getattr(draw, "prizes", None) or 0
        rows.append(Result(draw, shown, prizes - len(shown), mine.get(draw.pk, []), draw.pk in secret))
    return Page(rows, page.next)


def _ended(column: str, before: str, size: int) -> list[Draw]:
    # Two lists, each along its own index, are merged by the caller.
    won = Winner.objects.filter(draw=OuterRef("pk"), place__lt=OuterRef("winner_count"))
    prizes = won.values("draw").annotate(n=Count("pk")).values("n")
    rows = Draw.objects.filter(**{f"{column}__isnull": False}).order_by(f"-{column}", "-pk")
    position = read_moment_cursor(before)
    if position:
        moment, number = position
        rows = rows.filter(**{f"{column}__lte": moment}).exclude(**{column: moment, "pk__gte": number})
    return list(rows.annotate(prizes=Subquery(prizes)).select_related("picture")[: size + 1])


def _ended_at(draw: Draw) -> datetime:
    ended = draw.drawn_at or draw.cancelled_at
    assert ended is not None
    return ended


def _by_draw(winners: Iterable[Winner]) -> dict[int, list[Winner]]:
    grouped: dict[int, list[Winner]] = {}
    for winner in winners:
        grouped.setdefault(winner.draw_id, []).append(winner)
    return grouped


def holdings(player: User, show: str, before: str, size: int = PAGE) -> Page[Holding]:
    """Return a page of a player's draws: open ones, then undecided ones, then past ones.

    In each group the latest ticket is first; `show` is all, active, won or ended.
    """
    tickets = Participation.objects.filter(_shown(show, player), user=player).annotate(group=_group(player))
    groups = tickets.values("draw_id", "group").annotate(count=Count("pk"), last=Max("pk"))
    groups = _after(groups.order_by("group", "-last"), before)
    page = cut(list(groups[: size + 1]), size, lambda group: f"{group['group']}-{group['last']}")
    ids = [group["draw_id"] for group in page.rows]
    draws = Draw.objects.select_related("picture").in_bulk(ids)
    numbers = _first_numbers(player, ids)
    won = Winner.objects.filter(user=player, draw_id__in=ids).select_related("ticket").order_by("pk")
    wins = _by_draw(with_disputes(won))
    secret = covered(player, draws.values())
    rows = [
        Holding(
            draws[pk], Held(group["count"], tuple(numbers[pk])), _open(wins.get(pk, []), secret), pk in secret
        )
        for group in page.rows
        for pk in [group["draw_id"]]
    ]
    return Page(rows, page.next)


def _group(player: User) -> Case:
    ended = Q(draw__drawn_at__isnull=False) | Q(draw__cancelled_at__isnull=False)
    opened = OpenedResult.objects.filter(user=player, draw=OuterRef("draw_id"))
    since = player.covers_results_from
    hidden = [When(Q(~Exists(opened), draw__drawn_at__gt=since), then=WAITING)] if since else []
    open_now = When(Q(draw__is_active=True, draw__draw_time__gt=Now()), then=OPEN)
    groups = [*hidden, When(ended, then=PAST), open_now]
    return Case(*groups, default=Value(WAITING), output_field=IntegerField())


def _after(groups: Any, before: str) -> Any:
    position = read_pair_cursor(before)
    if position is None or position[0] > PAST:
        return groups
    group, last = position
    return groups.filter(Q(group__gt=group) | Q(group=group, last__lt=last))


def _open(wins: list[Winner], secret: set[int]) -> list[Winner]:
    return [win for win in wins if win.draw_id not in secret]


def _shown(show: str, player: User) -> Q:
    ended = Q(draw__drawn_at__isnull=False) | Q(draw__cancelled_at__isnull=False)
    if show == "active":
        return ~ended
    if show == "ended":
        return ended
    if show == "won":
        return Q(Exists(wins_seen(player).filter(draw_id=OuterRef("draw_id"))))
    return Q()


def _first_numbers(player: User, draw_ids: list[int]) -> dict[int, list[int]]:
    rows = (
        Participation.objects.filter(user=player, draw_id__in=draw_ids)
        .annotate(nth=Window(RowNumber(), partition_by=F("draw_id"), order_by="ticket_number"))
        .filter(nth__lte=NUMBERS_SHOWN)
        .order_by("draw_id", "ticket_number")
        .values_list("draw_id", "ticket_number")
    )
    numbers: dict[int, list[int]] = {}
    for draw_id, number in rows:
        numbers.setdefault(draw_id, []).append(number)
    return numbers
