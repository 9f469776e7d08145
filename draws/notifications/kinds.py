"""Notifications about draws and their words: each fact once, by email and on the site."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Min
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from accounts.notifications.notify import Notification
from common.database.clock import database_now
from common.text import wording
from draws.models import Draw, Seal, Winner
from draws.notifications.about import frozen_list, head_line, hexed, label_lines, label_of, page_of, thread_of
from draws.proof.log import newest_head
from draws.proof.public_seals import Pseudonym

NUMBERS_SHOWN = 10

TICKET = notify.Kind(
    "ticket",
    _("Tickets taken"),
    _("Your receipt: your ticket numbers, the coins you spent, and the fingerprints that seal the draw."),
    icon="mine",
    topic="tickets",
)
FROZEN = notify.Kind(
    "frozen",
    _("Ticket lists frozen"),
    _(
        "The fingerprint of the whole list when one of your draws closes: keep it, and you can "
        "prove the list."
    ),
    # Who has kept it is what a beacon draw's proof stands on: nobody can be left out by a choice made before.
    needed=True,
    icon="mine",
    topic="tickets",
    # And it proves most before the beacon's round.
    goes_first=True,
)
RESULT = notify.Kind(
    "result",
    _("Results of your draws"),
    _("A draw you entered was drawn, and your tickets did not win."),
    icon="results",
    topic="results",
)
WON = notify.Kind(
    "won", _("You won"), _("One of your tickets won."), needed=True, icon="results", topic="results"
)
REFUNDED = notify.Kind(
    "refunded",
    _("Cancelled and void draws"),
    _("A draw you entered has no winner, and your coins are back."),
    needed=True,
    icon="coin",
    topic="results",
)


@dataclass(frozen=True)
class Receipt:
    """What one request took: tickets numbered from `first` to `last`, and the player's coins after it."""

    transaction_id: int
    user: User
    draw: Draw
    first: int
    last: int
    coins: int
    balance: int
    open_hash: str
    log_head: str
    pseudonym: Pseudonym

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def numbers(self) -> str:
        if self.count == 1:
            return f"{self.first:04d}"
        return gettext("%(first)s to %(last)s") % {"first": f"{self.first:04d}", "last": f"{self.last:04d}"}


def notify_entered(entries: Iterable[Receipt]) -> None:
    """Tell players which tickets they took and for how many coins, with what seals the draw."""
    notify.send_all(TICKET, [_receipt(entry) for entry in entries])


def _receipt(entry: Receipt) -> Notification:
    title = ngettext("Ticket %(numbers)s: %(draw)s", "Tickets %(numbers)s: %(draw)s", entry.count)
    spent = gettext("%(coins)s spent, %(balance)s left.")
    lines = [
        spent % {"coins": wording.coins(entry.coins), "balance": wording.grouped(entry.balance)},
        gettext("Seal of the draw: %(hash)s") % {"hash": entry.open_hash},
        head_line(entry.log_head),
        *label_lines(entry.draw),
    ]
    return Notification(
        entry.user,
        f"ticket:{entry.transaction_id}",
        title % {"numbers": entry.numbers, "draw": entry.draw.title},
        "\n".join(lines),
        page_of(entry.draw),
        "draws/email/ticket",
        {"draw": entry.draw, "entry": entry, "label": label_of(entry.draw)},
        thread=thread_of(entry.draw),
    )


def notify_frozen(draw: Draw, seal: Seal, players: Iterable[User]) -> None:
    """Send players the fingerprint of the frozen list, saying whether that was before the beacon's round."""
    now, head = database_now(), newest_head().hex()
    timing, tickets = _timing(seal, now), wording.tickets(draw.current_participants)
    title, url = gettext("List frozen: %(draw)s") % {"draw": draw.title}, page_of(draw)
    keep = gettext("%(tickets)s. Keep this message, and you can show that nobody changed the list later.")
    body = "\n".join(
        [
            f"{keep % {'tickets': tickets}} {timing}",
            frozen_list(seal),
            head_line(head),
            *label_lines(draw),
        ]
    )
    context = {
        "draw": draw,
        "seal": seal,
        "tickets": tickets,
        "timing": timing,
        "log_head": head,
        "label": label_of(draw),
    }
    notify.send_all(
        FROZEN,
        [
            Notification(
                player,
                f"frozen:{draw.pk}:{player.pk}",
                title,
                body,
                url,
                "draws/email/frozen",
                context,
                thread=thread_of(draw),
            )
            for player in players
        ],
    )


def _timing(seal: Seal, now: datetime) -> str:
    """Return what the message proves by coming now."""
    due = seal.round_time
    if due is None:
        return gettext("The winner follows from the list and the operator’s secret number.")
    said, decides = (f"{moment.astimezone(UTC):%H:%M:%S} UTC" for moment in (now, due))
    values = {"said": said, "round": seal.round, "decides": decides}
    if now < due:
        early = gettext(
            "Written at %(said)s, before round %(round)s of the public beacon decides, at %(decides)s."
        )
        return early % values
    late = gettext(
        "Written late, at %(said)s: round %(round)s of the public beacon was due at %(decides)s. "
        "So this message alone does not show that the list was fixed before the round."
    )
    return late % values


def notify_not_won(draw: Draw, seal: Seal, numbers: Sequence[int], players: Iterable[User]) -> None:
    """Tell players whose tickets did not win which ones did, and the fingerprints that prove it."""
    won, tickets = _won(numbers), wording.tickets(draw.current_participants)
    title, url = gettext("Drawn: %(draw)s") % {"draw": draw.title}, page_of(draw)
    none = gettext("%(won)s, drawn from %(tickets)s. Your tickets did not win this time.")
    result = gettext("Result: %(hash)s") % {"hash": hexed(seal.result_hash)}
    body = "\n".join([none % {"won": won, "tickets": tickets}, frozen_list(seal), result, *label_lines(draw)])
    context = {"draw": draw, "seal": seal, "won": won, "tickets": tickets, "label": label_of(draw)}
    notify.send_all(
        RESULT,
        [
            covered(player, draw, seal, key)
            if player.covers_results_from
            else Notification(
                player, key, title, body, url, "draws/email/result", context, thread=thread_of(draw)
            )
            for player in players
            for key in [f"result:{draw.pk}:{player.pk}"]
        ],
    )


def covered(player: User, draw: Draw, seal: Seal, key: str) -> Notification:
    """Tell a player who likes surprises that there is a result: the same words whether they won or not."""
    tickets = wording.tickets(draw.current_participants)
    claim_by = Winner.objects.filter(draw=draw, claim_by__isnull=False).aggregate(by=Min("claim_by"))["by"]
    said = [
        gettext("Drawn from %(tickets)s. Open the draw to see whether one of yours won.")
        % {"tickets": tickets}
    ]
    if claim_by:
        until = date_format(localtime(claim_by, player.tz), "MAIL_FORMAT")
        said.append(
            gettext("A prize has to be claimed by %(end)s (%(zone)s).") % {"end": until, "zone": player.city}
        )
    context = {"draw": draw, "seal": seal, "tickets": tickets, "claim_by": claim_by, "label": label_of(draw)}
    return Notification(
        player,
        key,
        gettext("The result is in: %(draw)s") % {"draw": draw.title},
        "\n".join([" ".join(said), *label_lines(draw)]),
        page_of(draw),
        "draws/email/covered",
        context,
        shown_as=RESULT,
        thread=thread_of(draw),
    )


def _won(numbers: Sequence[int]) -> str:
    """Return which tickets won, or the first of many."""
    shown = ", ".join(f"{number:04d}" for number in numbers[:NUMBERS_SHOWN])
    more = len(numbers) - NUMBERS_SHOWN
    if more > 0:
        return gettext("Tickets %(numbers)s and %(more)s more won") % {
            "numbers": shown,
            "more": wording.grouped(more),
        }
    said = ngettext("Ticket %(numbers)s won", "Tickets %(numbers)s won", len(numbers))
    return said % {"numbers": shown}


def notify_winner(user: User, winner: Winner) -> None:
    """Tell a winner what they won and with which ticket."""
    draw, seal = winner.draw, Seal.objects.get(pk=winner.draw_id)
    to_claim = winner.hand_over == Winner.HandOver.TO_CLAIM
    if user.covers_results_from:
        # Once a draw, as to everyone, however many of their tickets won.
        notify.send_all(WON, [covered(user, draw, seal, f"result:{draw.pk}:{user.pk}")])
        return
    notify.send(
        user,
        WON,
        f"won:{winner.draw_id}:{winner.place}",
        title=gettext("You won: %(draw)s") % {"draw": draw.title},
        body="\n".join([_what_was_won(winner, to_claim), *label_lines(draw)]),
        url=reverse("draws:claim", args=[winner.pk]) if to_claim else page_of(draw),
        template="draws/email/won",
        context={
            "winner": winner,
            "draw": draw,
            "seal": seal,
            "draw_url": page_of(draw),
            "label": label_of(draw),
        },
        thread=thread_of(draw),
    )


def _what_was_won(winner: Winner, to_claim: bool) -> str:
    taken = wording.grouped(winner.draw.current_participants)
    number = f"{winner.ticket.ticket_number:04d}" if winner.ticket else ""
    said = [gettext("Ticket %(number)s won, drawn from %(tickets)s.") % {"number": number, "tickets": taken}]
    if winner.prize_coins:
        said.append(_to_purse(winner.prize_coins))
    if to_claim:
        said.append(gettext("Tell us where the prize should go."))
    return " ".join(said)


def notify_refunded(draw: Draw, user_id: str, coins: int) -> None:
    """Tell a player that a draw has no winner, why, and how many coins came back."""
    notify.send(
        User.objects.get(pk=user_id),
        REFUNDED,
        f"refunded:{draw.pk}:{user_id}",
        title=gettext("Your coins are back: %(draw)s") % {"draw": draw.title},
        body="\n".join([_why_back(draw, coins), *label_lines(draw)]),
        url=page_of(draw),
        template="draws/email/refunded",
        context={"draw": draw, "coins": coins, "label": label_of(draw)},
        thread=thread_of(draw),
    )


def _why_back(draw: Draw, coins: int) -> str:
    said = gettext("The draw has no winner: %(reason)s %(coins)s went back to your purse.")
    return said % {"reason": draw.why_void, "coins": wording.coins(coins)}


def _to_purse(coins: int) -> str:
    return gettext("%(coins)s went to your purse.") % {"coins": wording.coins(coins)}
