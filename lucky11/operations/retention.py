"""Which rows are removed, and when: never the ledger, a draw, a ticket, a win or the log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Message, OutboxEmail, SecurityEvent, Session
from common.database.service_flag import as_service
from lucky11.models import Incident, OperationRun

# The newest runs of each procedure stay, however old: they say when it last succeeded.
RUNS_KEPT = timedelta(days=400)
# The database lets nobody remove a younger event of the security log.
SHORTEST_LOG_DAYS = 30
AT_ONCE = 5_000


@dataclass(frozen=True)
class Part:
    """Rows that are kept for a limited time; `old` finds those whose time is over."""

    name: str
    kept: str
    old: Callable[[], QuerySet[Any]]


def _messages() -> QuerySet[Any]:
    return Message.objects.filter(read_at__lt=Now() - timedelta(days=settings.MESSAGES_KEPT_DAYS))


def _mails() -> QuerySet[Any]:
    # Its text is long gone; the row only records that an email was sent, so that it is not sent again.
    return OutboxEmail.objects.filter(
        sent_at__lt=Now() - timedelta(days=settings.MESSAGES_KEPT_DAYS), recipient=""
    )


def _runs() -> QuerySet[Any]:
    newest = OperationRun.objects.order_by("kind", "-id").distinct("kind").values("pk")
    good = OperationRun.objects.filter(ok=True).order_by("kind", "-id").distinct("kind").values("pk")
    old = OperationRun.objects.filter(started_at__lt=Now() - RUNS_KEPT)
    return old.exclude(pk__in=newest).exclude(pk__in=good)


def _security() -> QuerySet[Any]:
    days = max(settings.SECURITY_LOG_DAYS, SHORTEST_LOG_DAYS)
    return SecurityEvent.objects.filter(at__lt=Now() - timedelta(days=days))


PARTS = [
    Part("sessions", "until they expire", lambda: Session.objects.filter(expire__lt=Now())),
    Part("messages", "MESSAGES_KEPT_DAYS days after they were read", _messages),
    Part("outbox_emails", "MAIL_KEPT_DAYS days with their text, MESSAGES_KEPT_DAYS days without", _mails),
    Part("security_events", "SECURITY_LOG_DAYS days, at least 30", _security),
    Part("operation_runs", f"{RUNS_KEPT.days} days, and the newest of each kind forever", _runs),
    Part(
        "incidents",
        f"{RUNS_KEPT.days} days after they ended",
        lambda: Incident.objects.filter(ended_at__lt=Now() - RUNS_KEPT),
    ),
]


def count() -> dict[str, int]:
    """Return how many rows of each part would be removed now."""
    return {part.name: part.old().count() for part in PARTS}


def purge() -> dict[str, int]:
    """Remove old rows, a few at a time so that nothing waits; return how many rows of each part went."""
    return {part.name: _purge(part) for part in PARTS}


def _purge(part: Part) -> int:
    done = 0
    while rows := list(part.old().values_list("pk", flat=True)[:AT_ONCE]):
        # The security log lets nothing else remove from it.
        with transaction.atomic(), as_service("purge"):
            done += part.old().model._default_manager.filter(pk__in=rows).delete()[0]
    return done
