"""The texts of a published draw: added to by one member of staff, corrected by two; pages show both.

The database holds both rules, and that nothing changes once the draw has ended (`sql/draws_words.sql`).
"""

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.text import wording
from common.text.hidden import hidden_sign
from draws.conflicts import refuse_stake
from draws.exceptions import TextNotChangeable
from draws.lifecycle.terms import LONGEST_TEXT, MOST_ITEMS
from draws.locking import lock_draw
from draws.models import Draw, TextChange
from draws.models.texts import TEXTS

FIELDS = TEXTS
# The database has the same number (`sql/draw_text_changes_kinds.sql`).
MOST_MARKS = 3
ENDED = gettext_lazy("This draw has ended, so its texts never change.")
TEXT_CHANGED = gettext_lazy("The text has changed since the correction was asked for. Ask for it again.")
UNCHANGED = gettext_lazy("Nothing was changed.")


@transaction.atomic
def add_to_texts(draw_id: int, additions: dict[str, str], *, actor: User | None) -> list[TextChange]:
    """Add lines behind the texts of a published draw; what stands there stays. Returns what was kept.

    Raises DrawNotFound or TextNotChangeable.
    """
    draw = _changeable(draw_id)
    changed = {
        field: f"{getattr(draw, field)}\n{more}".strip("\n")
        for field, more in additions.items()
        if more.strip()
    }
    return _change(draw, changed, kind=TextChange.Kind.ADDITION, actor=actor)


@transaction.atomic
def correct_texts(
    draw_id: int,
    shown: dict[str, str],
    texts: dict[str, str],
    *,
    reason: str,
    asked_by: User,
    approved_by: User,
) -> list[TextChange]:
    """Put other texts in place of those that were `shown` to who asked; everyone who entered is told.

    Raises DrawNotFound, TextNotChangeable, or ConflictOfInterest if one of the two holds a ticket.
    """
    draw = _changeable(draw_id)
    for member in (asked_by, approved_by):
        refuse_stake(member, draw.pk)
    if any(getattr(draw, field) != shown.get(field) for field in texts):
        raise TextNotChangeable(f"{TEXT_CHANGED} {UNCHANGED}")
    return _change(
        draw, texts, kind=TextChange.Kind.CORRECTION, reason=reason, actor=asked_by, approved_by=approved_by
    )


def why_not_change(draw: Draw) -> str:
    """Say why the texts of a draw do not change; nothing if they may be added to and corrected."""
    if draw.published_at is None:
        return _("This draw is a draft: change its texts in its form.")
    return str(ENDED) if draw.has_ended else ""


def why_not_text(field: str, text: str) -> str:
    """Say why a text cannot be shown to players; nothing if it can."""
    sign = hidden_sign(text.replace("\n", " "))
    said = ""
    if field not in FIELDS:
        said = _("Only the description and “What the winner gets” can be changed.")
    elif len(text) > LONGEST_TEXT:
        said = _("Write at most %(most)s characters.") % {"most": wording.grouped(LONGEST_TEXT)}
    elif field == "prize_details" and len([line for line in text.split("\n") if line.strip()]) > MOST_ITEMS:
        said = _("List at most %(most)s items.") % {"most": MOST_ITEMS}
    elif sign:
        said = _("The text has a sign that nobody sees (%(sign)s): type it again.") % {"sign": sign}
    elif _marks_in(text) > MOST_MARKS:
        said = _("Too many marks are stacked over one letter. Type the text again without them.")
    return said


def _marks_in(text: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT marks_in(%s)", [text])
        [most] = cursor.fetchone()
    return int(most)


def _changeable(draw_id: int) -> Draw:
    draw = lock_draw(draw_id)
    problem = why_not_change(draw)
    if problem:
        raise TextNotChangeable(f"{problem} {UNCHANGED}")
    return draw


def _change(draw: Draw, texts: dict[str, str], **how: object) -> list[TextChange]:
    changed = {
        field: new for field, new in texts.items() if field not in FIELDS or new != getattr(draw, field)
    }
    for field, new in changed.items():
        problem = why_not_text(field, new)
        if problem:
            raise TextNotChangeable(f"{problem} {UNCHANGED}")
    made = [
        TextChange.objects.create(draw=draw, field=field, old=getattr(draw, field), new=new, **how)
        for field, new in changed.items()
    ]
    if changed:
        Draw.objects.filter(pk=draw.pk).update(**changed)
    return made
