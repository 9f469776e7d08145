"""The one way for staff to move coins: alone, or with the approval of a second staff member."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import approvals
from accounts.models import Approval, User
from common.text import wording
from ledger import services
from ledger.exceptions import InsufficientCoins, LedgerError
from ledger.models import Transaction

ADJUST = "adjust_coins"


@dataclass(frozen=True)
class Adjusted:
    """A movement that staff made; not `fresh` if the same form had already made it."""

    row: Transaction
    fresh: bool


@transaction.atomic
def adjust(player: User, amount: int, reason: str, *, by: User, key: str) -> Adjusted | Approval:
    """Adjust a player's coins, or ask a second staff member to, once per `key`; return what was made.

    Raises LedgerError, IdempotencyConflict for another amount under the same key, or ApprovalError.
    """
    # Locked first: of two forms sent at once, the second must see the first one's row.
    User.objects.select_for_update(no_key=True).get(pk=player.pk)
    fresh = not Transaction.objects.filter(idempotency_key=key).exists()
    if not (fresh and _is_large(player, amount, by)):
        return Adjusted(_correct(player, amount, reason, actor=by, key=key), fresh)
    return approvals.ask(
        ADJUST,
        f"user:{player.pk}",
        summary=_("Adjust the coins of %(player)s: %(amount)s")
        % {"player": player, "amount": wording.signed(amount)},
        payload={"user_id": player.pk, "amount": amount, "reason": reason, "key": key},
        reason=reason,
        asked_by=by,
    )


def _is_large(player: User, amount: int, by: User) -> bool:
    """Say whether this is more than is left of the day's limit: the staff member's, and the player's."""
    room = services.adjustment_room(by.pk, player.pk)
    return room is not None and abs(amount) > room


def _correct(
    player: User, amount: int, reason: str, *, actor: User, key: str, approval_id: int | None = None
) -> Transaction:
    """Adjust a player's coins; raise LedgerError with a sentence for staff if they have too few."""
    try:
        return services.adjust(player.pk, amount, reason, actor=actor, key=key, approval_id=approval_id)
    except InsufficientCoins as short:
        said = _("%(player)s has %(balance)s, so %(cost)s cannot be taken. Nothing was changed.")
        values = {"balance": wording.coins(short.balance), "cost": wording.grouped(short.cost)}
        raise LedgerError(said % {"player": player, **values}) from None


def _adjust(payload: dict[str, Any], asked_by: User, approved_by: User) -> str:
    player = User.objects.get(pk=payload["user_id"])
    if approved_by.pk == player.pk:
        raise LedgerError(_("You cannot approve coins for yourself. Nothing was changed."))
    asked = Approval.objects.filter(kind=ADJUST, subject=f"user:{player.pk}", payload__key=payload["key"])
    approved = asked.filter(state=Approval.State.APPROVED).order_by("-pk").first()
    if approved is None:
        raise LedgerError(_("This request is not about this player’s coins. Nothing was changed."))
    row = _correct(
        player,
        payload["amount"],
        payload["reason"],
        actor=asked_by,
        key=payload["key"],
        approval_id=approved.pk,
    )
    moved = {"amount": wording.signed(row.amount), "balance": wording.grouped(row.balance_after)}
    said = _(
        "Coins %(amount)s, now %(balance)s (transaction %(number)s); asked for by %(asker)s, "
        "approved by %(approver)s. Why: %(reason)s"
    )
    who = {"asker": asked_by, "approver": approved_by}
    approvals.log(approved_by, player, said % {**moved, **who, "number": row.pk, "reason": row.description})
    said = ngettext(
        "%(player)s: %(amount)s coin, now %(balance)s.",
        "%(player)s: %(amount)s coins, now %(balance)s.",
        abs(row.amount),
    )
    return str(said % {"player": player, **moved})


def _balance(payload: dict[str, Any]) -> list[tuple[str, str]]:
    player = User.objects.filter(pk=payload.get("user_id")).first()
    return [(_("Coins of the player"), wording.grouped(player.coins))] if player else []


def _facts(payload: dict[str, Any]) -> list[tuple[str, object]]:
    return [*_balance(payload), (_("Adjustment"), wording.signed(payload.get("amount", 0)))]


def _why_not(payload: dict[str, Any]) -> str:
    player = User.objects.filter(pk=payload.get("user_id")).first()
    if player is None or player.closed_at is not None:
        return _("The account is closed.")
    return _("The player has too few coins.") if player.coins + payload.get("amount", 0) < 0 else ""


ACTS = {
    ADJUST: approvals.Act(
        "ledger.add_transaction",
        _adjust,
        (LedgerError,),
        facts=_facts,
        figures=_balance,
        why_not=_why_not,
    )
}
