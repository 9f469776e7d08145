"""A player's messages on the site: reading messages and marking them as read."""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Message, MessageChoice, User
from accounts.notifications.notify import KINDS

COUNTED = 9
PAGE = 20
# How many earlier messages about the same draw are folded into one item; the rest is a page of its own.
FOLDED = 10

# What the page shows: everything, what is unread, or the kinds of one topic.
FILTERS = {
    "all": _("All"),
    "unread": _("Unread"),
    "results": _("Results"),
    "tickets": _("Tickets"),
    "account": _("Account"),
}


@dataclass
class Item:
    """What the page shows as one: a player's newest message, and earlier ones about the same draw."""

    newest: Message
    earlier: list[Message] = field(default_factory=list)
    # How many are in the thread, folded into the item or not.
    total: int = 1

    @property
    def hidden(self) -> int:
        """How many older ones of the thread are not folded into the item."""
        return self.total - 1 - len(self.earlier)

    @property
    def unread(self) -> bool:
        """Whether any of those shown is unread."""
        return any(message.read_at is None for message in (self.newest, *self.earlier))


def unread(player: User) -> int:
    """Return how many messages the player has not read; counting stops above COUNTED."""
    rows = Message.objects.filter(user=player, read_at__isnull=True)
    return len(rows.values_list("pk", flat=True)[: COUNTED + 1])


def items_of(player: User, show: str = "all", before: int | None = None, size: int = PAGE) -> list[Item]:
    """Return what the page shows of a player's messages, newest first, in two queries.

    `before` continues below the last id shown. A filter holds for the folded messages too.
    """
    shown = _filtered(player, show)
    newer = shown.filter(thread=OuterRef("thread"), pk__gt=OuterRef("pk"))
    newest = shown.filter(Q(thread="") | ~Exists(newer))
    if before is not None:
        newest = newest.filter(pk__lt=before)
    items = [Item(message) for message in newest.order_by("-id")[:size]]
    _fold(shown, {item.newest.thread: item for item in items if item.newest.thread})
    return items


def _fold(shown: QuerySet[Message], items: dict[str, Item]) -> None:
    in_thread = shown.filter(thread__in=items).annotate(
        nth=Window(RowNumber(), partition_by="thread", order_by=F("id").desc()),
        total=Window(Count("id"), partition_by="thread"),
    )
    for message in in_thread.filter(nth__range=(2, FOLDED + 1)).order_by("-id"):
        item = items[message.thread]
        item.earlier.append(message)
        item.total = message.total


def thread_of(player: User, message_id: int) -> str:
    """Return the thread of one of the player's messages; empty if it has none."""
    mine = Message.objects.filter(user=player, pk=message_id)
    return mine.values_list("thread", flat=True).first() or ""


def in_thread(player: User, thread: str, before: int | None = None, size: int = PAGE) -> list[Item]:
    """Return all of a player's messages in one thread, newest first, each by itself."""
    rows = Message.objects.filter(user=player, thread=thread).exclude(thread="").order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [Item(message) for message in rows[:size]]


def _filtered(player: User, show: str) -> QuerySet[Message]:
    rows = Message.objects.filter(user=player)
    if show == "unread":
        return rows.filter(read_at__isnull=True)
    if show != "all":
        return rows.filter(kind__in=[kind.name for kind in KINDS.values() if kind.topic == show])
    return rows


def read_up_to(player: User, message_id: int, show: str = "all") -> int:
    """Mark a player's messages up to this one as read, as far as the filter shows them; returns how many."""
    rows = _filtered(player, show).filter(pk__lte=message_id, read_at__isnull=True)
    return rows.update(read_at=timezone.now())


def read_one(player: User, message_id: int) -> bool:
    """Mark a message as read, with the earlier ones of its thread; False when the player has no such message.

    When each was read first is kept.
    """
    mine = Message.objects.filter(user=player)
    read = mine.filter(pk=message_id).first()
    if read is None:
        return False
    which = Q(thread=read.thread, pk__lte=message_id) if read.thread else Q(pk=message_id)
    mine.filter(which, read_at__isnull=True).update(read_at=timezone.now())
    return True


def choices_of(player: User) -> dict[str, tuple[bool, bool]]:
    """Return, for each kind of message, whether the player gets it by email, and whether on the site."""
    chosen = {choice.kind: choice for choice in MessageChoice.objects.filter(user=player)}
    return {
        kind.name: (choice.by_email, choice.on_site)
        if (choice := chosen.get(kind.name)) and not kind.needed
        else (True, True)
        for kind in KINDS.values()
    }


def cover_results(player: User, wanted: bool) -> None:
    """Keep whether results stay covered until the player opens them; earlier ones stay open."""
    if wanted is not bool(player.covers_results_from):
        player.covers_results_from = timezone.now() if wanted else None
        player.save(update_fields=["covers_results_from", "updated_at"])


def choose(player: User, choices: dict[str, tuple[bool, bool]]) -> None:
    """Keep which kinds the player wants by email and on the site; what is needed stays on."""
    MessageChoice.objects.bulk_create(
        [
            MessageChoice(user=player, kind=name, by_email=by_email, on_site=on_site)
            for name, (by_email, on_site) in choices.items()
            if not KINDS[name].needed
        ],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["by_email", "on_site"],
    )
