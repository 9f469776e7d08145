"""What winners are told about their prizes after the draw: each fact once, by mail and on the site."""

from django.urls import reverse

from accounts import telling
from draws.messages import label_of, labelled
from draws.models import Redraw, Winner

CLAIMS = telling.kind(
    "claims",
    "Prizes to claim",
    "Until when to claim, that your claim is in, that the prize is sent, or that it was passed on.",
    needed=True,
    icon="results",
)
REMINDER = "claim-reminder:"


def tell_claimed(winner: Winner) -> None:
    """The claim is in."""
    title = f"Your claim is in: {winner.draw.title}"
    _tell(winner, f"claimed:{winner.pk}", title, "We send the prize next, and tell you when.", "claim_in")


def tell_reminder(winner: Winner) -> None:
    """The time to claim is nearly over."""
    title = f"Claim your prize soon: {winner.draw.title}"
    body = "After its last day it can no longer be claimed."
    _tell(winner, f"{REMINDER}{winner.pk}", title, body, "claim_reminder")


def tell_sent(winner: Winner, tracking: str) -> None:
    """The prize is on its way."""
    body = f"Tracking: {tracking}" if tracking else "It should be with you soon."
    title = f"Your prize is on its way: {winner.draw.title}"
    _tell(winner, f"sent:{winner.pk}", title, body, "sent", tracking=tracking)


def tell_lost(winner: Winner) -> None:
    """The prize is not theirs any more, and why."""
    title = f"Your prize has lapsed: {winner.draw.title}"
    _tell(winner, f"prize-lost:{winner.pk}", title, winner.forfeit_reason, "claim_lapsed")


def tell_passed_on(redraw: Redraw) -> None:
    """A prize was passed on to them, and until when to claim it."""
    winner = redraw.reserve
    number = winner.ticket.ticket_number if winner.ticket else 0
    title = f"A prize was passed on to you: {winner.draw.title}"
    body = f"Your ticket {number:04d} is the next reserve. Claim the prize in time."
    _tell(winner, f"passed-on:{winner.pk}", title, body, "passed_on", redraw=redraw)


def _tell(winner: Winner, key: str, title: str, body: str, template: str, **more: object) -> None:
    telling.tell(
        winner.user,
        CLAIMS,
        key,
        title=title,
        body=body + labelled(winner.draw),
        url=reverse("draws:claim", args=[winner.pk]),
        template=f"draws/email/{template}",
        context={"winner": winner, "draw": winner.draw, "label": label_of(winner.draw), **more},
    )
