"""Coins of the old site become rows of the ledger, through the same triggers as every other row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.old_site import came_as
from ledger.models import CoinOrder, Transaction

# What the references of imported rows begin with.
MOVED, SETTLED, REFUNDED = "old:", "old-settlement:", "old-refund:"
# And those of a balance that goes from a player who came over to the one who has the account now.
LINKED = "linked:"


@dataclass
class Purse:
    """A player's coins, and what came over before: the sum without refunds, old numbers, settlements."""

    coins: int = 0
    brought: int = 0
    moved: set[int] = field(default_factory=set)
    settled: dict[str, list[int]] = field(default_factory=dict)
    refunded: set[int] = field(default_factory=set)
    welcomed: bool = False


@dataclass(frozen=True)
class Movement:
    """A row to be posted; without a time, it is posted as of now."""

    user_id: str
    type: str
    amount: int
    key: str
    reference: str
    description: str
    created_at: datetime | None = None


@transaction.atomic
def purses(user_ids: Sequence[str], *, lock: bool) -> dict[str, Purse]:
    """Return the purses of players who are here; `lock` locks them until the transaction ends."""
    _go_by_indexes()
    players = User.objects.filter(pk__in=list(user_ids)).order_by("pk")
    if lock:
        players = players.select_for_update(no_key=True)
    found = {pk: Purse(coins) for pk, coins in players.values_list("pk", "coins")}
    owners = came_as(found) | {user_id: user_id for user_id in found}
    rows = Transaction.objects.filter(user_id__in=list(owners), reference__startswith="old")
    for user_id, reference, amount in rows.values_list("user_id", "reference", "amount").iterator():
        _remember(found[owners[user_id]], reference, amount)
    keys = {f"signup:{user_id}": user_id for user_id in found}
    used = Transaction.objects.filter(idempotency_key__in=list(keys))
    for key in used.values_list("idempotency_key", flat=True):
        found[keys[key]].welcomed = True
    return found


def _remember(purse: Purse, reference: str, amount: int) -> None:
    kind, name = reference.split(":")[:2]
    if kind + ":" == REFUNDED:
        purse.refunded.add(int(name))
        return
    purse.brought += amount
    if kind + ":" == MOVED:
        purse.moved.add(int(name))
    else:
        purse.settled.setdefault(name, []).append(amount)


@transaction.atomic
def post_movements(movements: Sequence[Movement]) -> None:
    """Order the rows as the database's owner, and post them, each player's in the order given.

    Raises IntegrityError for a key used before.
    """
    _go_by_indexes()
    CoinOrder.objects.bulk_create(
        [CoinOrder(idempotency_key=move.key, user_id=move.user_id, coins=move.amount) for move in movements],
        batch_size=2000,
    )
    Transaction.objects.bulk_create(
        [
            Transaction(
                user_id=move.user_id,
                type=move.type,
                amount=move.amount,
                idempotency_key=move.key,
                reference=move.reference,
                description=move.description,
                created_at=move.created_at or Now(),
            )
            for move in movements
        ],
        batch_size=2000,
    )


@transaction.atomic
def move_balance(player: User, to: User) -> int:
    """Post the coins of a player who came over to another, once; return how many.

    Both are locked by the caller. Raises IntegrityError if that was done before, or the purse would overflow.
    """
    coins = player.coins
    if coins:
        said = "Coins of the old site, linked"
        post_movements(
            [
                Movement(player.pk, "import", -coins, f"import:link:{player.pk}:from", LINKED + to.pk, said),
                Movement(to.pk, "import", coins, f"import:link:{player.pk}:to", LINKED + player.pk, said),
            ]
        )
    return coins


def _go_by_indexes() -> None:
    with connection.cursor() as cursor:
        # A connection keeps its triggers' plans: one made for an empty table must not read it whole later.
        cursor.execute("SET LOCAL enable_seqscan = off")
