"""Lock a draw, as every service does that changes its state."""

from django.utils.translation import gettext as _

from draws.exceptions import DrawNotFound
from draws.models import Draw


def lock_draw(draw_id: int) -> Draw:
    """Lock the draw until the database transaction ends, and return it. Raises DrawNotFound."""
    draw = Draw.objects.select_for_update(no_key=True, of=("self",)).filter(pk=draw_id).first()
    if draw is None:
        raise DrawNotFound(_("There is no such draw. Nothing was changed."))
    return draw


def lock_if_free(draw_id: int, **state: object) -> Draw | None:
    """Lock and return the draw if it is in `state` and nobody else has it locked; otherwise return None."""
    return (
        Draw.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk=draw_id, **state)
        .first()
    )
