"""Taking tickets: one trip to the database, one short lock, nothing lost.

The SQL function `take_tickets` (sql/take_tickets.sql) decides, and the procedure round it makes
the result durable before anyone is told. This module calls it and turns each refusal into a named exception.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from psycopg.errors import LockNotAvailable

from accounts.play.breaks import ends
from common.text import wording
from draws import exceptions as refused
from draws.exceptions import EntryRefused
from draws.models import Participation
from draws.proof import standing
from ledger.models import SpendLimit, Transaction

REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
NOTHING = gettext_lazy("No ticket was taken and nothing was charged.")
ENTRY_REFUSED = "L11EN"  # the SQLSTATE of sql/refuse_entry.sql
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
    # When, for the receipt of an earlier request.
    taken_at: datetime | None = None


def take_tickets(player_id: str, draw_id: int, count: int, request_id: str) -> Entry:
    """Take `count` tickets for a player and charge their coins, once per `request_id`.

    The same request again returns the first tickets. Raises an EntryRefused; then nothing was charged.
    """
    if not 1 <= count <= 1_000_000:
        raise refused.InvalidTicketCount(_untouched(_("Choose at least 1 ticket.")))
    if not REQUEST_ID.fullmatch(request_id):
        raise refused.InvalidRequest(_untouched(_("The form was incomplete. Open the draw again.")))
    if not 1 <= draw_id < 2**31:
        raise refused.DrawNotFound(_untouched(_("There is no such draw.")))
    request = player_id, draw_id, count, request_id
    try:
        return Entry(draw_id, *_decided(*request))
    except refused.LogBehind:
        # Nobody may have compared the log since the database's server started.
        if not standing.is_whole():
            raise
    return Entry(draw_id, *_decided(*request))


def _decided(*arguments: str | int) -> tuple[list[int], int, int, bool]:
    try:
        return _call(*arguments)
    except DatabaseError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from None


def _call(*arguments: str | int) -> tuple[list[int], int, int, bool]:
    """Commit, release the locks and flush in one statement, so that no lock waits for this process."""
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
    """Return what an earlier request took, for the page after it; None when there was no such request."""
    paid = Transaction.objects.filter(idempotency_key=f"entry:{player_id}:{draw_id}:{request_id}").first()
    if paid is None:
        return None
    tickets = Participation.objects.filter(user_id=player_id, draw_id=draw_id, transaction=paid)
    numbers = list(tickets.order_by("ticket_number").values_list("ticket_number", flat=True))
    return Entry(draw_id, numbers, -paid.amount, paid.balance_after, True, paid.created_at)


def _refusal(error: DatabaseError) -> EntryRefused | None:
    cause = error.__cause__
    if isinstance(cause, LockNotAvailable):
        return refused.TooBusy(_untouched(_("Too many players are entering at once. Try again in a moment.")))
    if not isinstance(cause, psycopg.Error) or cause.sqlstate != ENTRY_REFUSED:
        return None
    refusal = _REFUSALS.get(cause.diag.constraint_name or "")
    return refusal and refusal(**json.loads(cause.diag.message_detail or "{}"))


def _untouched(why: str) -> str:
    """Return a refusal, with what it means for the player."""
    return f"{why} {NOTHING}"


def _full(left: int) -> EntryRefused:
    if left <= 0:
        what = _("Every ticket in this draw is taken.")
    else:
        what = ngettext("Only %(left)s ticket is left.", "Only %(left)s tickets are left.", left)
        what %= {"left": wording.grouped(left)}
    return refused.DrawFull(_untouched(what), left)


def _limit(held: int, limit: int) -> EntryRefused:
    said = _("Each player may hold up to %(tickets)s in this draw, and you hold %(held)s.")
    said %= {"tickets": wording.tickets(limit), "held": wording.grouped(held)}
    return refused.TicketLimitReached(_untouched(said), held, limit)


def _coins(balance: int, cost: int) -> EntryRefused:
    said = _("You have %(balance)s and this costs %(cost)s.")
    said %= {"balance": wording.coins(balance), "cost": wording.grouped(cost)}
    return refused.NotEnoughCoins(_untouched(said), balance, cost)


def _on_break(ends_at: int | None) -> EntryRefused:
    until = None if ends_at is None else datetime.fromtimestamp(ends_at, tz=UTC)
    said = _("You are on a break %(until)s.") % {"until": ends(until)}
    return refused.OnBreak(_untouched(said), until)


def _own_limit(period: str, limit: int, spent: int) -> EntryRefused:
    which = SpendLimit.Period(period)
    said = _("Your limit is %(limit)s in %(period)s, and you have spent %(spent)s.")
    said %= {"limit": wording.coins(limit), "period": which.label, "spent": wording.grouped(spent)}
    return refused.LimitReached(_untouched(said), which.value, limit, spent)


# By the names that the SQL gives them.
_REFUSALS: dict[str, Callable[..., EntryRefused]] = {
    "draw_not_found": lambda: refused.DrawNotFound(_untouched(_("There is no such draw."))),
    "draw_closed": lambda: refused.DrawClosed(_untouched(_("This draw has closed."))),
    "draw_cancelled": lambda: refused.DrawCancelled(_untouched(_("This draw was cancelled."))),
    "draw_full": _full,
    "ticket_limit": _limit,
    "not_enough_coins": _coins,
    "vip_only": lambda: refused.VipOnly(_untouched(_("For now only VIP players may enter this draw."))),
    "email_not_confirmed": lambda: refused.EmailNotConfirmed(
        _untouched(_("Confirm your email address first."))
    ),
    "on_break": _on_break,
    "spend_limit": _own_limit,
    "rules_not_accepted": lambda: refused.RulesNotAccepted(_untouched(_("Accept the rules first."))),
    "staff": lambda: refused.StaffMayNotEnter(_untouched(_("Members of staff cannot take tickets."))),
    "suspended": lambda: refused.PlayerSuspended(_untouched(_("Your account is suspended."))),
    "log_behind": lambda: refused.LogBehind(
        _untouched(
            _("The site was restored from a backup. No tickets are sold until its records are compared.")
        )
    ),
    "request_conflict": lambda: refused.RequestConflict(
        _(
            "You already sent this form with a different number of tickets, and those are yours. "
            "Open the draw again to take more."
        )
    ),
}
