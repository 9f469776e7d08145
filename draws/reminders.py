"""Reminders an hour before a draw closes, for players who asked for one.

A row waits until its draw closes within the hour. Deleting it claims it: the sweep that deleted the row tells
the player, in the same database transaction, so that each reminder is sent once however many sweeps run.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from accounts.play.eligibility import pause_of
from common.database.sweeps import sweep
from draws.models import Draw, DrawReminder, Participation
from draws.notifications.about import label_lines, label_of

BEFORE = timedelta(hours=1)
REMINDER = notify.Kind(
    "reminder",
    _("Draws that close soon"),
    _("A draw closes in an hour, and you asked us to remind you."),
    icon="bell",
)


def is_early(draw: Draw) -> bool:
    """Return whether an open draw closes late enough to be reminded of."""
    return draw.is_open and draw.draw_time - timezone.now() > BEFORE


def is_asked(player: User, draw_id: int) -> bool:
    """Return whether the player will be reminded of the draw."""
    return DrawReminder.objects.filter(user=player, draw=draw_id).exists()


def ask(player: User, draw_id: int) -> bool:
    """Remember that the player wants to be reminded, once; returns whether they will be."""
    draw = Draw.objects.open().filter(pk=draw_id).first()
    if draw is None or not is_early(draw) or pause_of(player):
        return False
    DrawReminder.objects.bulk_create([DrawReminder(user=player, draw=draw)], ignore_conflicts=True)
    return True


def forget(player: User, draw_id: int) -> None:
    """Do not remind the player of the draw."""
    DrawReminder.objects.filter(user=player, draw=draw_id).delete()


def send_reminders() -> int:
    """Remind players of the draws that close within the hour, once each; returns how many were told."""
    due = DrawReminder.objects.filter(draw__draw_time__lte=Now() + BEFORE)
    return sweep(due.order_by("draw__draw_time", "pk"), _remind)


@transaction.atomic
def _remind(reminder_id: int) -> bool:
    row = DrawReminder.objects.select_related("user", "draw").filter(pk=reminder_id).first()
    if row is None or not DrawReminder.objects.filter(pk=reminder_id).delete()[0]:
        return False
    if not _is_wanted(row):
        return False
    draw = row.draw
    notify.send(
        row.user,
        REMINDER,
        f"reminder:{draw.pk}:{row.user_id}",
        title=gettext("Closes in an hour: %(draw)s") % {"draw": draw.title},
        body="\n".join([gettext("You asked us to remind you."), *label_lines(draw)]),
        url=reverse("draws:detail", args=[draw.pk]),
        template="draws/email/reminder",
        context={"draw": draw, "label": label_of(draw)},
    )
    return True


def _is_wanted(row: DrawReminder) -> bool:
    """Whether there is still something to do or to watch, and nothing stops the player from playing."""
    if not row.draw.is_open or pause_of(row.user):
        return False
    held = Participation.objects.filter(user=row.user, draw=row.draw)
    return not row.draw.is_full or held.exists()
