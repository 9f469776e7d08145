"""What players are told about their draws, and in which words: once a fact, by mail and on the site."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.urls import reverse

from accounts import telling
from accounts.models import User
from accounts.telling import Fact
from draws.log import newest_head
from draws.models import Draw, Seal, Winner
from draws.services import database_now

NUMBERS_SHOWN = 10
# In the protocol's own words, wherever such a draw is shown; pages have them in _local_label.html.
LOCAL_LABEL = (
    "Operator-run draw. The arithmetic can be checked, but the operator could know or influence the result."
)

TICKET = telling.kind(
    "ticket",
    "Tickets taken",
    "Your receipt: the numbers, the coins, and the fingerprints that seal the draw.",
    icon="mine",
)
FROZEN = telling.kind(
    "frozen",
    "Ticket lists frozen",
    "The fingerprint of the whole list when one of your draws closes: who keeps it can prove the list.",
    icon="mine",
)
RESULT = telling.kind(
    "result",
    "Results of your draws",
    "A draw you hold tickets in was drawn and another ticket won.",
    icon="results",
)
WON = telling.kind("won", "You won", "One of your tickets won.", needed=True, icon="results")
REFUNDED = telling.kind(
    "refunded",
    "Cancelled and void draws",
    "A draw you hold tickets in has no winner, and your coins are back.",
    needed=True,
    icon="coin",
)


@dataclass(frozen=True)
class Taken:
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

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def numbers(self) -> str:
        return f"{self.first:04d}" if self.count == 1 else f"{self.first:04d} to {self.last:04d}"


def tell_taken(entries: Iterable[Taken]) -> None:
    """Tell players which tickets they took and for how many coins, with what seals the draw."""
    telling.tell_all(TICKET, [_taken(entry) for entry in entries])


def _taken(entry: Taken) -> Fact:
    tickets = "Ticket" if entry.count == 1 else "Tickets"
    return Fact(
        entry.user,
        f"ticket:{entry.transaction_id}",
        f"{tickets} {entry.numbers}: {entry.draw.title}",
        f"{_coins(entry.coins)} spent, {entry.balance:,} left.\n"
        f"Seal of the draw: {entry.open_hash}\nNewest head of the site’s log: {entry.log_head}"
        + labelled(entry.draw),
        page_of(entry.draw),
        "draws/email/ticket",
        {"draw": entry.draw, "entry": entry, "label": label_of(entry.draw)},
    )


def tell_frozen(draw: Draw, seal: Seal, players: Iterable[User]) -> None:
    """Send players the fingerprint of the frozen list, saying whether that was before the beacon's round."""
    now, head = database_now(), newest_head().hex()
    timing = _timing(seal, now)
    title, url = f"List frozen: {draw.title}", page_of(draw)
    body = (
        f"{_tickets(draw)}. Keep this: with it you can show that nobody changed the list later. {timing}\n"
        f"Frozen list: {_hex(seal.freeze_hash)}\nNewest head of the site’s log: {head}{labelled(draw)}"
    )
    context = {
        "draw": draw,
        "seal": seal,
        "tickets": _tickets(draw),
        "timing": timing,
        "log_head": head,
        "label": label_of(draw),
    }
    telling.tell_all(
        FROZEN,
        [
            Fact(player, f"frozen:{draw.pk}:{player.pk}", title, body, url, "draws/email/frozen", context)
            for player in players
        ],
    )


def _timing(seal: Seal, now: datetime) -> str:
    """What the message proves by coming now."""
    due = seal.round_time
    if due is None:
        return "The winner follows from the list and the operator’s secret number."
    said, decides = (f"{moment.astimezone(UTC):%H:%M:%S} UTC" for moment in (now, due))
    if now < due:
        return f"Written at {said}, before round {seal.round} of the public beacon decides, at {decides}."
    return (
        f"Written late, at {said}: round {seal.round} of the public beacon was due at {decides}. "
        "So it does not show by itself that the list was fixed before the round."
    )


def tell_not_won(draw: Draw, seal: Seal, numbers: Sequence[int], players: Iterable[User]) -> None:
    """Tell players whose tickets did not win which ones did, and the fingerprints that prove it."""
    shown = ", ".join(f"{number:04d}" for number in numbers[:NUMBERS_SHOWN])
    if len(numbers) > NUMBERS_SHOWN:
        shown += f" and {len(numbers) - NUMBERS_SHOWN} more"
    won = f"{'Ticket' if len(numbers) == 1 else 'Tickets'} {shown} won"
    tickets = _tickets(draw)
    title, url = f"Drawn: {draw.title}", page_of(draw)
    body = (
        f"{won}, drawn from {tickets}. None of yours did this time.\n"
        f"Frozen list: {_hex(seal.freeze_hash)}\nResult: {_hex(seal.result_hash)}{labelled(draw)}"
    )
    context = {"draw": draw, "seal": seal, "won": won, "tickets": tickets, "label": label_of(draw)}
    telling.tell_all(
        RESULT,
        [
            Fact(player, f"result:{draw.pk}:{player.pk}", title, body, url, "draws/email/result", context)
            for player in players
        ],
    )


def tell_winner(user: User, winner: Winner) -> None:
    """Tell a winner what they won and with which ticket."""
    draw, seal = winner.draw, Seal.objects.get(pk=winner.draw_id)
    to_claim = winner.hand_over == Winner.HandOver.TO_CLAIM
    gain = f" {_coins(winner.prize_coins)} went to your purse." if winner.prize_coins else ""
    claim = " Tell us where the prize should go." if to_claim else ""
    telling.tell(
        user,
        WON,
        f"won:{winner.draw_id}:{winner.place}",
        title=f"You won: {draw.title}",
        body=f"Ticket {_number(winner)} won, drawn from {draw.current_participants:,}.{gain}{claim}"
        + labelled(draw),
        url=reverse("draws:claim", args=[winner.pk]) if to_claim else page_of(draw),
        template="draws/email/won",
        context={
            "winner": winner,
            "draw": draw,
            "seal": seal,
            "draw_url": page_of(draw),
            "label": label_of(draw),
        },
    )


def tell_refunded(draw: Draw, user_id: str, coins: int) -> None:
    """Tell a player that a draw has no winner, why, and how many coins came back."""
    telling.tell(
        User.objects.get(pk=user_id),
        REFUNDED,
        f"refunded:{draw.pk}:{user_id}",
        title=f"Your coins are back: {draw.title}",
        body=f"The draw has no winner: {draw.void_reason} {_coins(coins)} went back to your purse."
        + labelled(draw),
        url=page_of(draw),
        template="draws/email/refunded",
        context={"draw": draw, "coins": coins, "label": label_of(draw)},
    )


def label_of(draw: Draw) -> str:
    """What has to be said wherever the draw is shown; empty for one with a beacon."""
    return "" if draw.is_beacon else LOCAL_LABEL


def labelled(draw: Draw) -> str:
    """The same as the last line of a message on the site."""
    label = label_of(draw)
    return f"\n{label}" if label else ""


def page_of(draw: Draw) -> str:
    """The draw's page, as a path."""
    return reverse("draws:detail", args=[draw.pk])


def _number(winner: Winner) -> str:
    return f"{winner.ticket.ticket_number:04d}" if winner.ticket else ""


def _tickets(draw: Draw) -> str:
    return f"{draw.current_participants:,} ticket{'' if draw.current_participants == 1 else 's'}"


def _coins(coins: int) -> str:
    return f"{coins:,} coin{'' if coins == 1 else 's'}"


def _hex(digest: bytes | memoryview | None) -> str:
    return bytes(digest).hex() if digest else ""
