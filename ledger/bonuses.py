"""Where new coins come from: the welcome bonus and the daily visit."""

from django.db import connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.mailboxes import claim_welcome, had_welcome_elsewhere
from accounts.models import User
from accounts.play.eligibility import pause_of
from accounts.privacy.account_deletion import recognise_returning_player
from ledger import rates, services, visits
from ledger.exceptions import LedgerError
from ledger.models import Transaction
from ledger.notifications import notify_welcome

# Why a player gets no coins for a visit, by what keeps them from playing.
NO_VISIT = {
    "suspended": _(
        "Your account is suspended, so you get no coins for visits. The coins you have are still yours."
    ),
    "break": _(
        "You are on a break, so you get no coins for visits until it ends. Your coins are still yours."
    ),
}


@transaction.atomic
def grant_signup_bonus(user_id: str) -> Transaction | None:
    """Credit the welcome coins, once per player, whatever the bonus is today.

    Return None for a player whose mailbox had its welcome on another account, also on one that was deleted.
    """
    key = f"signup:{user_id}"
    earlier = Transaction.objects.filter(idempotency_key=key).first()
    if earlier is not None:
        return earlier
    # First the claim, which waits for an account of this mailbox that is deleted at the same moment.
    if not claim_welcome(user_id) or recognise_returning_player(user_id):
        return None
    amount = _coins(Transaction.Type.SIGNUP_BONUS)
    welcome = gettext("Welcome to Lucky11")
    row = services.post(user_id, Transaction.Type.SIGNUP_BONUS, amount, key, description=welcome)
    notify_welcome(User.objects.get(pk=user_id), row.amount)
    return row


@transaction.atomic
def claim_daily_bonus(user: User) -> tuple[Transaction, bool]:
    """Credit today's visit, once per player and day in their time zone. Return whether it was new.

    Raises LedgerError for a player who is suspended or on a break.
    """
    # Behind the player's lock: of two tabs at once, one is told that the visit was new.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    key = _daily_key(user)
    earlier = visits.last_visit(user) if visits.next_visit_at(user) else None
    if earlier is not None:
        return earlier, False
    refusal = NO_VISIT.get(pause_of(user))
    if refusal:
        raise LedgerError(str(refusal))
    amount = _coins(Transaction.Type.DAILY_BONUS)
    visit = gettext("Daily visit")
    row = services.post(user.pk, Transaction.Type.DAILY_BONUS, amount, key, description=visit)
    return row, True


def visit_today(user: User) -> str:
    """Return the state of today's visit: open, collected, or why there is none (suspended or break)."""
    return pause_of(user) or ("collected" if visits.next_visit_at(user) else "open")


def missed_welcome(user: User) -> bool:
    """Return whether the player got no welcome coins because their mailbox had them on another account."""
    return not Transaction.objects.filter(
        idempotency_key=f"signup:{user.pk}"
    ).exists() and had_welcome_elsewhere(user)


def grant_missing_signup_bonuses() -> int:
    """Credit every player with a confirmed email who has no welcome bonus yet; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT e.user_id FROM account_emailaddress e
               WHERE e.verified AND NOT EXISTS (
                   SELECT 1 FROM transactions t WHERE t.idempotency_key = 'signup:' || e.user_id)
               AND NOT EXISTS (SELECT 1 FROM left_addresses l WHERE l.back_as_id = e.user_id)
               AND NOT welcomed_elsewhere(e.user_id)
               ORDER BY 1 LIMIT 1000"""
        )
        players = [row[0] for row in cursor.fetchall()]
    for user_id in players:
        grant_signup_bonus(user_id)
    return len(players)


def _daily_key(user: User) -> str:
    """Return the key of today's visit, where the player is, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT visit_key(%s)", [user.pk])
        return str(cursor.fetchone()[0])


def _coins(kind: str) -> int:
    coins = rates.rate(kind)
    if coins is None:
        raise LedgerError(gettext("There are no coins for this now. Nothing was changed."))
    return coins
