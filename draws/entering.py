"""Taking tickets: one trip to the database, one short lock, nothing lost.

The SQL function `take_tickets` (migrations/0003_take_tickets.sql) decides, and the procedure round it makes
the result durable before anyone is told. This module calls it and turns each refusal into a named exception.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError, connection, transaction

from accounts.breaks import ends
from draws import exceptions as refused
from draws.exceptions import EntryRefused
from draws.models import Participation
from ledger.models import SpendLimit, Transaction

REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
NOTHING = "No ticket was taken and nothing was charged."
TAKE_DURABLY = "CALL take_tickets_durably(%s, %s, %s, %s)"
TAKE = "SELECT numbers, spent, balance, replayed FROM take_tickets(%s, %s, %s, %s)"


@dataclass(frozen=True)
class Entry:
    """Tickets that a player took with one request."""

    draw_id: int
    numbers: list[int]
    coins_spent: int
    balance: int
    replayed: bool


def take_tickets(player_id: str, draw_id: int, count: int, request_id: str) -> Entry:
    """Take `count` tickets for a player and charge their coins, once per `request_id`.

    The same request again answers the first tickets. Raises an EntryRefused; then nothing was charged.
    """
    if not 1 <= count <= 1_000_000:
        raise refused.InvalidTicketCount(f"Choose a number of tickets, at least 1. {NOTHING}")
    if not REQUEST_ID.fullmatch(request_id):
        raise refused.InvalidRequest(f"The form was incomplete: open the draw again. {NOTHING}")
    if not 1 <= draw_id < 2**31:
        raise refused.DrawNotFound(f"There is no such draw. {NOTHING}")
    try:
        numbers, spent, balance, replayed = _call(player_id, draw_id, count, request_id)
    except DatabaseError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from None
    return Entry(draw_id, numbers, spent, balance, replayed)


def _call(*arguments: str | int) -> tuple[list[int], int, int, bool]:
    """Commit, release the locks, flush: all inside one statement, so that no lock waits for this process."""
    with connection.cursor() as cursor:
        if not connection.in_atomic_block:
            cursor.execute(TAKE_DURABLY, arguments)
        else:
            # An outer database transaction, in which nothing could be made durable, is refused here.
            # The one that a test rolls back is let through.
            with transaction.atomic(durable=True):
                cursor.execute(TAKE, arguments)
        row: tuple[list[int], int, int, bool] = cursor.fetchone()
        return row


def receipt(player_id: str, draw_id: int, request_id: str) -> Entry | None:
    """What an earlier request took, for the page after it; None when there was no such request."""
    paid = Transaction.objects.filter(idempotency_key=f"entry:{player_id}:{draw_id}:{request_id}").first()
    if paid is None:
        return None
    tickets = Participation.objects.filter(user_id=player_id, draw_id=draw_id, transaction=paid)
    numbers = list(tickets.order_by("ticket_number").values_list("ticket_number", flat=True))
    return Entry(draw_id, numbers, -paid.amount, paid.balance_after, replayed=True)


def _refusal(error: DatabaseError) -> EntryRefused | None:
    code = getattr(error.__cause__, "sqlstate", None) or ""
    if code not in _REFUSALS:
        return None
    detail = error.__cause__.diag.message_detail or ""  # type: ignore[union-attr]
    return _REFUSALS[code](*map(int, detail.split()))


def _full(left: int) -> EntryRefused:
    if left <= 0:
        what = "Every ticket of this draw is taken."
    else:
        what = f"Only {left} {'ticket is' if left == 1 else 'tickets are'} left."
    return refused.DrawFull(f"{what} {NOTHING}", left)


def _limit(held: int, limit: int) -> EntryRefused:
    tickets = "1 ticket" if limit == 1 else f"{limit} tickets"
    return refused.TicketLimitReached(
        f"One player may hold {tickets} in this draw and you hold {held}. {NOTHING}", held, limit
    )


def _coins(balance: int, cost: int) -> EntryRefused:
    return refused.NotEnoughCoins(f"You have {balance} coins and this costs {cost}. {NOTHING}", balance, cost)


def _on_break(epoch: int) -> EntryRefused:
    ends_at = datetime.fromtimestamp(epoch, tz=UTC) if epoch else None
    return refused.OnBreak(f"You are on a break {ends(ends_at)}. {NOTHING}", ends_at)


def _own_limit(period: int, limit: int, spent: int) -> EntryRefused:
    which = list(SpendLimit.Period)[period - 1]
    return refused.LimitReached(
        f"You let yourself spend {limit:,} coins in {which.label} and have spent {spent:,}. {NOTHING}",
        which.value,
        limit,
        spent,
    )


_REFUSALS: dict[str, Callable[..., EntryRefused]] = {
    "L11NF": lambda: refused.DrawNotFound(f"There is no such draw. {NOTHING}"),
    "L11CL": lambda: refused.DrawClosed(f"This draw has closed. {NOTHING}"),
    "L11CA": lambda: refused.DrawCancelled(f"This draw was cancelled. {NOTHING}"),
    "L11FU": _full,
    "L11LI": _limit,
    "L11CO": _coins,
    "L11VI": lambda: refused.VipOnly(f"For now only VIP players may enter this draw. {NOTHING}"),
    "L11EM": lambda: refused.EmailNotConfirmed(f"Confirm your email address first. {NOTHING}"),
    "L11BR": _on_break,
    "L11LM": _own_limit,
    "L11RU": lambda: refused.RulesNotAccepted(f"Accept the rules first. {NOTHING}"),
    "L11ST": lambda: refused.StaffMayNotEnter(
        f"Staff who publish draws or adjust coins take no tickets. {NOTHING}"
    ),
    # PostgreSQL's lock_not_available.
    "55P03": lambda: refused.TooBusy(f"Too many players at once: try again in a moment. {NOTHING}"),
    "L11SU": lambda: refused.PlayerSuspended(f"Your account is suspended. {NOTHING}"),
    "L11RC": lambda: refused.RequestConflict(
        "This form was sent before with another number of tickets, and that stands. "
        "Open the draw again to take more."
    ),
}
