"""When a player's next visit brings coins: once for each day in their time zone, and not twice by moving."""

from datetime import date, datetime, time, timedelta

from django.db.models.functions import Now

from accounts.models import User
from common.database.clock import database_now
from ledger.models import Transaction

# A day is at most 26 hours ahead of another zone's; a visit before that cannot be of today.
LOOKED_BACK = timedelta(days=3)
DAY = timedelta(hours=24)


def last_visit(user: User) -> Transaction | None:
    """Return the player's last visit of these days, whatever date it counted for; None without one."""
    visits = Transaction.objects.filter(
        user=user,
        type=Transaction.Type.DAILY_BONUS,
        idempotency_key__startswith=f"daily:{user.pk}:",
        created_at__gt=Now() - LOOKED_BACK,
    )
    return visits.order_by("-created_at", "-user_seq").first()


def next_visit_at(user: User) -> datetime | None:
    """Return when the player can collect again, or None if they can collect now.

    That is at the next midnight where they are. After a change of the time zone it is also not before 24
    hours after the visit: the database refuses it earlier (`ledger/sql/check_visit.sql`).
    """
    last = last_visit(user)
    if last is None:
        return None
    visited_on = date.fromisoformat(last.idempotency_key.rsplit(":", 1)[1])
    opens = datetime.combine(visited_on + timedelta(days=1), time.min, tzinfo=user.tz)
    moved_at = user.time_zone_changed_at
    if moved_at and moved_at >= last.created_at and last.created_at + DAY > database_now():
        return max(opens, last.created_at + DAY)
    return opens if user.today() <= visited_on else None
