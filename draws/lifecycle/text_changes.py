"""Typo fixes after publishing: allowed for the text that is not sealed, and shown on the draw's page."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from draws.exceptions import TextNotChangeable
from draws.locking import lock_draw
from draws.models import Draw, TextChange

FIELDS = ("description", "prize_details")


@transaction.atomic
def change_text(draw_id: int, changes: dict[str, str], *, actor: User | None) -> list[TextChange]:
    """Set text fields of a draw; of a published one each change is kept and shown. Returns what was kept.

    Raises TextNotChangeable for any other field, DrawNotFound for no such draw.
    """
    sealed = set(changes) - set(FIELDS)
    if sealed:
        said = _("Only %(one)s and %(other)s can be changed. Nothing was changed.")
        raise TextNotChangeable(said % dict(zip(("one", "other"), FIELDS, strict=True)))
    draw = lock_draw(draw_id)
    changed = {field: new for field, new in changes.items() if new != getattr(draw, field)}
    if changed:
        Draw.objects.filter(pk=draw.pk).update(**changed)
    if draw.published_at is None:
        return []
    return TextChange.objects.bulk_create(
        TextChange(draw=draw, field=field, old=getattr(draw, field), new=new, actor=actor)
        for field, new in changed.items()
    )
