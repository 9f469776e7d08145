"""Add what the import brings from the old site, with the figures that follow from it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import connection, transaction

from accounts.models import User
from common.database.service_flag import as_service
from draws.models import OldDraw, OldTicket, OldWinner
from draws.statistics import rewrite_players

Row = TypeVar("Row", OldDraw, OldTicket, OldWinner)


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


@transaction.atomic
def move_history(player: User, to: User) -> tuple[int, int]:
    """Give the tickets and wins of a player who came over to another; return how many of each."""
    with as_service("import"):
        tickets = OldTicket.objects.filter(user=player).update(user=to)
        wins = OldWinner.objects.filter(user=player).update(user=to)
    _recount({player.pk, to.pk})
    return tickets, wins


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
    # A player who takes a ticket meanwhile waits, and is counted by their own service afterwards.
    list(User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    rewrite_players(ids)
