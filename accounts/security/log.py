"""Write an event of the security log: as a row, and as a line of the logger `lucky11.security`.

The row belongs to the database transaction that is open, if any: a change that did not happen has no event.
A row that cannot be written is told in the site's log, and never keeps anybody from signing in.
"""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import SecurityEvent, User
from common.request_id import request_id

security = logging.getLogger("lucky11.security")
logger = logging.getLogger(__name__)
SALT = "accounts.security"
# Of what a stranger typed, no more is kept than tells two of them apart.
FINGERPRINT_LENGTH = 16


def record(
    kind: str, request: HttpRequest | None, *, user: User | None = None, email: str = "", **details: Any
) -> None:
    """Write an event about a player, or about an email; `details` must hold nothing secret."""
    if user is None and email:
        user = User.objects.filter(email=email.strip().lower()).first()
    event = SecurityEvent(
        kind=kind,
        user=user,
        by=_signed_in(request),
        who=fingerprint(email) if email and user is None else "",
        client=client_of(request),
        request_id=request_id.get(),
        details=details,
    )
    facts = _facts(event)
    words = " ".join(f"{name}={value}" for name, value in facts.items())
    security.info("%s", words, extra={"facts": facts})
    try:
        _save(event)
    except DatabaseError:
        logger.exception("An event of the security log could not be stored: %s", kind)


def fingerprint(email: str) -> str:
    """Return what stands in the log for an email of no account: only who types it finds it."""
    return salted_hmac(SALT, email.strip().lower()).hexdigest()[:FINGERPRINT_LENGTH]


def client_of(request: HttpRequest | None) -> str:
    """Return the address that a request came from; empty if it cannot be told."""
    try:
        return str(get_adapter().get_client_ip(request)) if request is not None else ""
    except (ImproperlyConfigured, PermissionDenied, ValueError):
        return ""


def _save(event: SecurityEvent) -> None:
    if connection.needs_rollback:
        # Nothing more can be written in this database transaction; the line above tells it.
        return
    with transaction.atomic():
        event.save(force_insert=True)


def _signed_in(request: HttpRequest | None) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def _facts(event: SecurityEvent) -> dict[str, Any]:
    facts = {
        "event": str(event.kind),
        "user": event.user_id,
        "by": event.by_id,
        "who": event.who,
        "client": event.client,
    }
    return {**{name: value for name, value in facts.items() if value}, **event.details}
