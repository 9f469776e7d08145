"""A player's messages on the site: reading messages and marking them as read."""

from django.utils import timezone

from accounts.models import Message, MessageChoice, User
from accounts.notifications.notify import KINDS

COUNTED = 9
PAGE = 20


def unread(player: User) -> int:
    """Return how many messages the player has not read; counting stops above COUNTED."""
    rows = Message.objects.filter(user=player, read_at__isnull=True)
    return len(rows.values_list("pk", flat=True)[: COUNTED + 1])


def messages_of(player: User, before: int | None = None, size: int = PAGE) -> list[Message]:
    """Return a player's messages, newest first; `before` continues below the last id shown."""
    rows = Message.objects.filter(user=player).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:size])


def read_up_to(player: User, message_id: int) -> int:
    """Mark a player's messages up to this one as read, not those that came since; returns how many."""
    rows = Message.objects.filter(user=player, pk__lte=message_id, read_at__isnull=True)
    return rows.update(read_at=timezone.now())


def read_one(player: User, message_id: int) -> bool:
    """Mark one message as read, keeping when it was read first; False when the player has no such message."""
    mine = Message.objects.filter(user=player, pk=message_id)
    return bool(mine.filter(read_at__isnull=True).update(read_at=timezone.now())) or mine.exists()


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
