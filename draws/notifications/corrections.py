"""What players read when a text of a draw that they entered was corrected, and the sweep that tells them."""

import logging
import time
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from accounts.notifications.notify import Notification
from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from draws.models import CorrectionToTell, Participation, TextChange
from draws.notifications.about import label_lines, label_of, page_of, thread_of
from draws.notifications.sweeps import PLAYERS_AT_ONCE, SWEEP_SECONDS

logger = logging.getLogger(__name__)

CORRECTED = notify.Kind(
    "corrected",
    _("Corrections"),
    _("A text of a draw you entered was corrected: what it said, and what it says now."),
    # They entered for what the text said.
    needed=True,
    icon="mine",
    topic="tickets",
)


def send_corrections() -> int:
    """Tell everyone who entered of each correction, once each; returns how many corrections all were told of.

    One worker does it at a time. A batch of players is a short database transaction.
    """
    with try_advisory_lock(AdvisoryLock.CORRECTION_MESSAGES) as free:
        done, until = 0, time.monotonic() + SWEEP_SECONDS
        waiting = CorrectionToTell.objects.order_by("pk").values_list("pk", flat=True)
        for change_id in list(waiting[:PLAYERS_AT_ONCE]) if free else ():
            try:
                while _tell_next(change_id):
                    if time.monotonic() >= until:
                        return done
                done += 1
            except Exception:
                logger.exception("Correction %s could not be told; the next sweep tries again.", change_id)
        return done


@transaction.atomic
def _tell_next(change_id: int) -> bool:
    """Tell the next players by id; False when nobody is left. Tickets taken later show the new text."""
    row = CorrectionToTell.objects.select_for_update(of=("self",)).get(pk=change_id)
    change = TextChange.objects.select_related("draw").get(pk=change_id)
    earlier = Participation.objects.filter(draw=change.draw_id, participated_at__lte=change.changed_at)
    later = earlier.filter(user_id__gt=row.told_up_to).order_by("user_id")
    ids = list(later.values_list("user_id", flat=True).distinct()[:PLAYERS_AT_ONCE])
    if not ids:
        row.delete()
        return False
    notify_corrected(change, User.objects.filter(pk__in=ids))
    row.told_up_to = ids[-1]
    row.save(update_fields=["told_up_to"])
    return True


def notify_corrected(change: TextChange, players: Iterable[User]) -> None:
    """Tell players what a text said when they entered, what it says now, and why."""
    draw, field = change.draw, change.label
    said = gettext(
        "“%(text)s” was corrected. It used to say: %(old)s\nIt now says: %(new)s\nReason: %(reason)s"
    )
    empty = gettext("(nothing)")
    texts = {"text": field, "old": change.old or empty, "new": change.new or empty, "reason": change.reason}
    context = {"draw": draw, "change": change, "field": field, "label": label_of(draw)}
    notify.send_all(
        CORRECTED,
        [
            Notification(
                player,
                f"corrected:{change.pk}:{player.pk}",
                gettext("Corrected: %(draw)s") % {"draw": draw.title},
                "\n".join([said % texts, *label_lines(draw)]),
                page_of(draw),
                "draws/email/corrected",
                context,
                thread=thread_of(draw),
            )
            for player in players
        ],
    )
