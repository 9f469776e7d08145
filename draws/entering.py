"""Taking tickets: one trip to the database, one short lock, nothing lost.

The SQL function `take_tickets` (migrations/0003_take_tickets.sql) decides; this module calls it, makes the
result durable before anyone is told, and turns each refusal into a named exception.
"""

import re
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from draws import exceptions as refused
from draws.exceptions import EntryRefused
from draws.models import Participation
from ledger.models import Transaction

REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
NOTHING = "No ticket was taken and nothing was charged."


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
        # Durable: inside an outer database transaction the flush below would flush nothing.
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(
                "SELECT numbers, spent, balance, replayed FROM take_tickets(%s, %s, %s, %s)",
                [player_id, draw_id, count, request_id],
            )
            numbers, spent, balance, replayed = cursor.fetchone()
    except DatabaseError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from None
    flush()
    return Entry(draw_id, numbers, spent, balance, replayed)


def flush() -> None:
    """Return once all committed so far is on disk: the log is written in order, so one flush covers it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_logical_emit_message(true, 'lucky11', '')")


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
    what = "Every ticket of this draw is taken." if left <= 0 else f"Only {left} of its tickets are left."
    return refused.DrawFull(f"{what} {NOTHING}", left)


def _limit(held: int, limit: int) -> EntryRefused:
    return refused.TicketLimitReached(
        f"One player may hold {limit} tickets in this draw and you hold {held}. {NOTHING}", held, limit
    )


def _coins(balance: int, cost: int) -> EntryRefused:
    return refused.NotEnoughCoins(f"You have {balance} coins and this costs {cost}. {NOTHING}", balance, cost)


_REFUSALS = {
    "L11NF": lambda: refused.DrawNotFound(f"There is no such draw. {NOTHING}"),
    "L11CL": lambda: refused.DrawClosed(f"This draw has closed. {NOTHING}"),
    "L11CA": lambda: refused.DrawCancelled(f"This draw was cancelled. {NOTHING}"),
    "L11FU": _full,
    "L11LI": _limit,
    "L11CO": _coins,
    "L11VI": lambda: refused.VipOnly(f"For now only VIP players may enter this draw. {NOTHING}"),
    "L11EM": lambda: refused.EmailNotConfirmed(f"Confirm your e-mail address first. {NOTHING}"),
    "L11SU": lambda: refused.PlayerSuspended(f"This account may not take tickets. {NOTHING}"),
    "L11RC": lambda: refused.RequestConflict(
        "This form was sent before with another number of tickets, and that stands. "
        "Open the draw again to take more."
    ),
}
