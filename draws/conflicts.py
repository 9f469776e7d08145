"""Conflicts of interest: nobody decides about a draw in which they hold a ticket, or about themselves.

The database refuses it (`sql/refuse_stake.sql`); what is asked here lets a page say so beforehand.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from draws.exceptions import ConflictOfInterest
from draws.models import Participation, Winner

HELD = gettext_lazy(
    "You hold a ticket in this draw, so you cannot ask for this or decide it. Ask another member of staff."
)


def has_stake(staff: User, draw_id: int | None) -> bool:
    """Say whether somebody holds or held a ticket in a draw: tickets are never removed."""
    return Participation.objects.filter(draw=draw_id, user=staff).exists()


def has_stake_in(staff: User, winner_id: int | None) -> bool:
    """Say whether somebody holds a ticket in the draw of a prize; its winner always does."""
    if winner_id is None:
        return False
    draws = Winner.objects.filter(pk=winner_id).values("draw")
    return Participation.objects.filter(draw__in=draws, user=staff).exists()


def refuse_stake(staff: User | None, draw_id: int) -> None:
    """Refuse that somebody decides about a draw in which they hold a ticket. Raises ConflictOfInterest."""
    if staff is not None and has_stake(staff, draw_id):
        raise ConflictOfInterest(f"{HELD} {_('Nothing was changed.')}")


def why_not(staff: User, draw_id: int) -> list[str]:
    """Return the sentence that a page shows to staff who hold a ticket in a draw; nothing to others."""
    return [str(HELD)] if has_stake(staff, draw_id) else []
