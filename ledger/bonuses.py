"""Where new coins come from: the welcome bonus and the daily visit."""

from django.conf import settings
from django.db import connection

from accounts.models import User
from ledger import services
from ledger.models import Transaction


def grant_signup_bonus(user_id: str) -> Transaction:
    """Credit the welcome coins, once per player, whatever the bonus is today."""
    key = f"signup:{user_id}"
    earlier = Transaction.objects.filter(idempotency_key=key).first()
    if earlier is not None:
        return earlier
    amount = settings.SIGNUP_BONUS_COINS
    return services.post(
        user_id, Transaction.Type.SIGNUP_BONUS, amount, key, description="Welcome to Lucky11"
    )


def claim_daily_bonus(user: User) -> tuple[Transaction, bool]:
    """Credit today's visit, once per player and day in the player's time zone; says whether it was new."""
    key = _daily_key(user)
    earlier = Transaction.objects.filter(idempotency_key=key).first()
    if earlier is not None:
        return earlier, False
    amount = settings.DAILY_BONUS_COINS
    row = services.post(user.pk, Transaction.Type.DAILY_BONUS, amount, key, description="Daily visit")
    return row, True


def daily_bonus_available(user: User) -> bool:
    """Whether today's visit bonus is still to be collected."""
    return not Transaction.objects.filter(idempotency_key=_daily_key(user)).exists()


def grant_missing_signup_bonuses() -> int:
    """Credit every player with a confirmed e-mail who has no welcome bonus yet; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT e.user_id FROM account_emailaddress e
               WHERE e.verified AND NOT EXISTS (
                   SELECT 1 FROM transactions t WHERE t.idempotency_key = 'signup:' || e.user_id)
               ORDER BY 1 LIMIT 1000"""
        )
        players = [row[0] for row in cursor.fetchall()]
    for user_id in players:
        grant_signup_bonus(user_id)
    return len(players)


def _daily_key(user: User) -> str:
    return f"daily:{user.pk}:{user.today().isoformat()}"
