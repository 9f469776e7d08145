"""What a second staff member has to approve about coins, and the one way in which staff move any."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Abs
from django.utils import timezone

from accounts import approvals
from accounts.models import User
from ledger import services
from ledger.exceptions import InsufficientCoins, LedgerError
from ledger.models import Transaction

ADJUST = "adjust_coins"
COUNTED_FOR = timedelta(days=1)


def register() -> None:
    """Make large adjustments an act that can be asked for."""
    act = approvals.Act("Adjust a player’s coins", "ledger.add_transaction", _adjust, (LedgerError,))
    approvals.register(ADJUST, act)


def adjustment_needs_approval(player: User, amount: int, by: User) -> bool:
    """Whether a second staff member has to approve these coins.

    What this staff member moved for the player within a day counts: a large sum is not made of small ones.
    """
    if not approvals.needed():
        return False
    moved = Transaction.objects.filter(
        user=player,
        type=Transaction.Type.ADJUSTMENT,
        actor=by,
        created_at__gt=timezone.now() - COUNTED_FOR,
    ).aggregate(coins=Sum(Abs("amount")))["coins"]
    return bool((moved or 0) + abs(amount) > settings.ADJUSTMENT_APPROVAL_COINS)


@transaction.atomic
def correct(player: User, amount: int, reason: str, *, actor: User, key: str) -> Transaction:
    """Adjust a player's coins, with a refusal that staff can read. Raises LedgerError."""
    try:
        return services.adjust(player.pk, amount, reason, actor=actor, key=key)
    except InsufficientCoins as short:
        raise LedgerError(
            f"{player} has {short.balance:,} coins, so {short.cost:,} cannot be taken. Nothing was changed."
        ) from None


def _adjust(payload: dict[str, Any], asked_by: User, approved_by: User) -> str:
    player = User.objects.get(pk=payload["user_id"])
    if approved_by.pk == player.pk:
        raise LedgerError("Nobody approves coins for themselves. Nothing was changed.")
    row = correct(player, payload["amount"], payload["reason"], actor=asked_by, key=payload["key"])
    approvals.log(
        approved_by,
        player,
        f"Coins {row.amount:+,}, now {row.balance_after:,} (transaction {row.pk}); asked for by {asked_by}, "
        f"approved by {approved_by}. Why: {row.description}",
    )
    return f"{player}: {row.amount:+,} coins, now {row.balance_after:,}."
