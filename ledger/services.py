"""The services that move coins. Each is one database transaction; nothing else inserts a `Transaction`,
except the ticket function, through the same trigger."""

import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from common.text import wording
from ledger.exceptions import (
    IdempotencyConflict,
    InsufficientCoins,
    LedgerError,
    NoSuchPlayer,
    NotReversible,
    Unproven,
)
from ledger.models import Transaction

# What a purse can hold, and up to where it is filled with coins that are given: above is room for prizes and
# refunds, which are owed and must fit. `draws.lifecycle.publish` bounds what one draw gives away.
LARGEST, MOST_GIVEN = 2**31 - 1, 1_000_000_000
OWED = (Transaction.Type.PRIZE, Transaction.Type.REFUND)
# What the reference of an approved adjustment begins with.
APPROVAL = "approval:"
# The SQLSTATE of a row that the database finds no proof for (the functions NAME_proof).
UNPROVEN = "L11UP"


@transaction.atomic
def post(
    user_id: str,
    type: Transaction.Type | str,
    amount: int,
    key: str,
    *,
    description: str = "",
    reference: str = "",
    actor_id: str | None = None,
    reverses_id: int | None = None,
) -> Transaction:
    """Move `amount` coins to (or, negative, from) a player, once per `key`.

    The same key with the same content returns the first row again. Raises InsufficientCoins,
    IdempotencyConflict, NoSuchPlayer, Unproven for coins that nothing else in the database speaks of, or
    LedgerError for 0 or too many coins; then nothing was written.
    """
    balance = _lock(user_id)
    wanted = Transaction(
        user_id=user_id,
        type=str(type),
        amount=amount,
        idempotency_key=key,
        description=description,
        reference=reference,
        actor_id=actor_id,
        reverses_id=reverses_id,
        created_at=Now(),
    )
    earlier = Transaction.objects.filter(idempotency_key=key).first()
    if earlier is not None:
        return _same(earlier, wanted)
    if balance + amount < 0:
        raise InsufficientCoins(balance, -amount)
    _refuse_senseless(type, amount, balance)
    _insert(wanted)
    wanted.refresh_from_db(fields=["user_seq", "balance_after", "hash", "created_at"])
    return wanted


@transaction.atomic
def reverse(transaction_id: int, *, description: str = "") -> Transaction:
    """Give the coins of one `entry` back, whole and once; a repeat returns the first refund.

    Raises NotReversible for any other type of row, or none.
    """
    original = Transaction.objects.filter(pk=transaction_id, type=Transaction.Type.ENTRY).first()
    if original is None:
        said = _("Transaction %(number)s is not a payment for tickets. Nothing was changed.")
        raise NotReversible(said % {"number": transaction_id})
    return post(
        original.user_id,
        Transaction.Type.REFUND,
        -original.amount,
        f"refund:{original.pk}",
        description=description,
        reference=original.reference,
        reverses_id=original.pk,
    )


def adjust(
    user_id: str, amount: int, reason: str, *, actor: User, key: str, approval_id: int | None = None
) -> Transaction:
    """Correct a player's coins as staff, with the reason the player will read in their history.

    Above a day's limit it needs an approval that names the same player, coins and key. Raises LedgerError
    when the reason is blank or the coins are the actor's own, and what `post` raises.
    """
    if actor.pk == user_id:
        raise LedgerError(
            _("You cannot adjust your own coins. Ask another member of staff. Nothing was changed.")
        )
    if not reason.strip():
        raise LedgerError(_("Enter a reason for the adjustment. Nothing was changed."))
    return post(
        user_id,
        Transaction.Type.ADJUSTMENT,
        amount,
        key,
        description=reason.strip(),
        reference=f"{APPROVAL}{approval_id}" if approval_id else "",
        actor_id=actor.pk,
    )


def adjustment_room(actor_id: str, user_id: str) -> int | None:
    """Return how many coins of a player, whom the caller has locked, a staff member may still move alone.

    None means that there is no limit. It counts 24 hours, and holds until the database transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT adjustment_room(%s, %s)", [actor_id, user_id])
        room: int | None = cursor.fetchone()[0]
        return room


def balance(user_id: str) -> int:
    """Return the player's coins now, 0 or more. Raises NoSuchPlayer."""
    coins = User.objects.filter(pk=user_id).values_list("coins", flat=True).first()
    if coins is None:
        raise NoSuchPlayer(_("There is no such player."))
    return coins


def history(user_id: str, before_seq: int | None = None, limit: int = 50) -> list[Transaction]:
    """Return a player's movements, newest first; `before_seq` continues below the last `user_seq` shown."""
    rows = Transaction.objects.filter(user_id=user_id).order_by("-user_seq")
    if before_seq is not None:
        rows = rows.filter(user_seq__lt=before_seq)
    return list(rows[:limit])


def _lock(user_id: str) -> int:
    coins = (
        User.objects.select_for_update(no_key=True).filter(pk=user_id).values_list("coins", flat=True).first()
    )
    if coins is None:
        raise NoSuchPlayer(_("There is no such player. Nothing was changed."))
    return coins


def _refuse_senseless(type: Transaction.Type | str, amount: int, balance: int) -> None:
    if amount == 0:
        raise LedgerError(_("A transaction cannot move 0 coins. Nothing was changed."))
    most = LARGEST if type in OWED else MOST_GIVEN
    if amount > 0 and balance + amount > most:
        said = _("A player cannot be given more than %(most)s in all. Nothing was changed.")
        raise LedgerError(said % {"most": wording.coins(most)})


def _insert(wanted: Transaction) -> None:
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except DatabaseError as error:
        cause = error.__cause__
        if not isinstance(cause, psycopg.Error) or cause.sqlstate != UNPROVEN:
            raise
        raise Unproven(_("Nothing shows where these coins come from. Nothing was changed.")) from error


def _same(earlier: Transaction, wanted: Transaction) -> Transaction:
    fields = ["user_id", "type", "amount", "reverses_id", "actor_id"]
    # A form that asked for an adjustment and is sent again does not know the approval that it got.
    if earlier.type != Transaction.Type.ADJUSTMENT:
        fields.append("reference")
    if any(getattr(earlier, name) != getattr(wanted, name) for name in fields):
        said = _("The key %(key)s was already used for another transaction. Nothing was changed.")
        raise IdempotencyConflict(said % {"key": earlier.idempotency_key})
    return earlier
