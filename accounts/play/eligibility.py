"""Whether a player may play now. Taking tickets asks the database, which holds the same rules."""

from accounts.models import User
from accounts.play.breaks import is_on_break
from accounts.play.rules import has_accepted_rules


def may_play_problem(user: User) -> str:
    """Return why the player may not play now: "suspended", "break" or "rules"; empty when they may."""
    return pause_of(user) or ("" if has_accepted_rules(user) else "rules")


def pause_of(user: User) -> str:
    """Return what stops play and the coins for visits: "suspended" or "break"; empty when nothing does."""
    if user.suspended_at is not None or not user.is_active:
        return "suspended"
    return "break" if is_on_break(user.pk) else ""
