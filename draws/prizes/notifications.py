"""Notifications to winners about their prizes: each fact once, by email and on the site."""

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from draws.models import Disqualification, Redraw, Winner
from draws.notifications.about import label_lines, label_of, thread_of

CLAIMS = notify.Kind(
    "claims",
    _("Prizes to claim"),
    _("When to claim by, that we have your claim, and when a prize is sent or passed on."),
    needed=True,
    icon="results",
    topic="results",
)
REMINDER = "claim-reminder:"


def notify_claimed(winner: Winner) -> None:
    """Tell a winner that their claim is in."""
    title = gettext("Your claim is in: %(draw)s") % {"draw": winner.draw.title}
    body = gettext("We will send the prize next and tell you when it is on its way.")
    _notify(winner, f"claimed:{winner.pk}", title, body, "claim_in")


def notify_reminder(winner: Winner) -> None:
    """Tell a winner that the time to claim is nearly over."""
    title = gettext("Claim your prize soon: %(draw)s") % {"draw": winner.draw.title}
    body = gettext("After its last day it can no longer be claimed.")
    _notify(winner, f"{REMINDER}{winner.pk}", title, body, "claim_reminder")


def notify_sent(winner: Winner, tracking: str) -> None:
    """Tell a winner that the prize is on its way."""
    body = gettext("It should be with you soon.")
    if tracking:
        body = gettext("Tracking: %(tracking)s") % {"tracking": tracking}
    title = gettext("Your prize is on its way: %(draw)s") % {"draw": winner.draw.title}
    _notify(winner, f"sent:{winner.pk}", title, body, "sent", tracking=tracking)


def notify_video(winner: Winner) -> None:
    """Ask a winner whether their video may be shown."""
    title = gettext("May we show this video? %(draw)s") % {"draw": winner.draw.title}
    body = gettext("We show it only if you agree. You can change your mind at any time.")
    digest = hashlib.sha256(f"{winner.celebration_video_url} {winner.video_text}".encode()).hexdigest()[:16]
    _notify(winner, f"video:{winner.pk}:{digest}", title, body, "video")


def notify_forfeited(winner: Winner) -> None:
    """Tell a winner that they have lost the prize, and why."""
    title = gettext("Your prize has lapsed: %(draw)s") % {"draw": winner.draw.title}
    _notify(winner, f"prize-lost:{winner.pk}", title, winner.why_forfeited, "claim_lapsed")


def notify_reserve(redraw: Redraw) -> None:
    """Tell a reserve that a prize was passed on to them, and until when to claim it."""
    winner = redraw.reserve
    number = winner.ticket.ticket_number if winner.ticket else 0
    title = gettext("A prize was passed on to you: %(draw)s") % {"draw": winner.draw.title}
    body = gettext("Your ticket %(number)s is the next reserve. Claim the prize in time.")
    body %= {"number": f"{number:04d}"}
    _notify(winner, f"passed-on:{winner.pk}", title, body, "passed_on", redraw=redraw)


def notify_disqualified(against: Disqualification) -> None:
    """Tell a winner what is held against them, and until when they can object."""
    winner = against.winner
    title = gettext("Staff want to disqualify you: %(draw)s") % {"draw": winner.draw.title}
    body = gettext(
        "The reason they give: %(reason)s. You can object until %(end)s (%(zone)s). Until this is decided, "
        "the prize is kept for you."
    )
    when = {"end": mail_time(against.object_by, winner.user), "zone": winner.user.city}
    body %= {"reason": against.get_reason_display(), **when}
    _notify(winner, f"disqualified:{against.pk}", title, body, "disqualified", against=against)


def notify_decided(against: Disqualification) -> None:
    """Tell a winner whether they keep the prize, and why."""
    winner, kept = against.winner, against.state == Disqualification.State.DROPPED
    if kept:
        title = gettext("You keep your prize: %(draw)s") % {"draw": winner.draw.title}
    else:
        title = gettext("Your objection was refused: %(draw)s") % {"draw": winner.draw.title}
    body = gettext("Why: %(why)s") % {"why": against.decision}
    _notify(winner, f"objection:{against.pk}", title, body, "objection", against=against, kept=kept)


def mail_time(moment: datetime, user: User) -> str:
    """Return a time in a player's own time zone, as emails write it."""
    return date_format(localtime(moment, ZoneInfo(user.time_zone)), "MAIL_FORMAT")


def _notify(winner: Winner, key: str, title: str, body: str, template: str, **more: object) -> None:
    notify.send(
        winner.user,
        CLAIMS,
        key,
        title=title,
        body="\n".join([body, *label_lines(winner.draw)]),
        url=reverse("draws:claim", args=[winner.pk]),
        template=f"draws/email/{template}",
        context={"winner": winner, "draw": winner.draw, "label": label_of(winner.draw), **more},
        thread=thread_of(winner.draw),
    )
