"""What every service that moves a draw's state has in common."""

from datetime import datetime

from django.db import connection
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


def database_now() -> datetime:
    """The time by the clock that decides about closing: the database's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
