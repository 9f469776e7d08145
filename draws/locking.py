"""Lock a draw, as every service does that changes its state."""

from django.utils.translation import gettext as _

from draws.exceptions import DrawNotFound
from draws.models import Draw


def lock_draw(draw_id: int) -> Draw:
    """The draw, locked to the end of the database transaction. Raises DrawNotFound."""
    draw = Draw.objects.select_for_update(no_key=True, of=("self",)).filter(pk=draw_id).first()
    if draw is None:
        raise DrawNotFound(_("There is no such draw. Nothing was changed."))
    return draw


def lock_if_free(draw_id: int, **state: object) -> Draw | None:
    """The draw, locked, if it is in `state` and nobody else is at work on it."""
    return (
        Draw.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk=draw_id, **state)
        .first()
    )
