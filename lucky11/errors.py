"""Error pages in plain words; those for 500 and 503 need no database."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from kombu.exceptions import OperationalError as QueueError
from redis.exceptions import RedisError

from accounts.models import SecurityEvent
from accounts.players import player_of
from accounts.security.log import record
from common.web import rate_limits

logger = logging.getLogger(__name__)

# The site is fine, but a server behind it is unavailable for the moment.
AWAY = (OperationalError, InterfaceError, QueueError, RedisError)

LAST_RESORT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Lucky11</title><h1>Something went wrong on our side</h1>"
    "<p>Try again in a moment. If you send a form twice, you are charged only once.</p>"
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400: the request could not be read."""
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403: signed in, but not allowed. The security log hears of it."""
    _tell(request, "permission")
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403: the form is too old or came from another site, and nothing was done."""
    _tell(request, "form")
    return render(request, "403_csrf.html", {"kept": _typed_here(request)}, status=403)


def _typed_here(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed into a form of this very site, to be sent once more; nothing with a secret.

    The browser says where the form was, and no page can make it lie: a form older than a sign-in, or of a
    second tab, comes from here.
    """
    own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    if not own or request.FILES or request.path.startswith(("/admin/", "/accounts/")):
        return []
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    if any("password" in name or "code" in name for name, _ in fields):
        return []
    return [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404: there is no such page."""
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer 429: allauth's limits on password attempts and on sending emails."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "300"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 if the database, the queue or the cache is unavailable."""
    if not isinstance(sys.exc_info()[1], AWAY):
        return bare_page("500.html", 500)
    response = bare_page("503.html", 503)
    response["Retry-After"] = "10"
    return response


def _tell(request: HttpRequest, reason: str) -> None:
    # Strangers can ask for this as often as they like: each address is written down a few times a while.
    if rate_limits.seconds_to_wait_for_visitor(request, "refused"):
        return
    # A request may be refused before anyone asked who sent it.
    user = player_of(request) if hasattr(request, "user") else None
    # Not its path, which may hold what a link proves.
    page = request.resolver_match.view_name if request.resolver_match else ""
    record(SecurityEvent.Kind.REFUSED, request, user=user, reason=reason, page=page)


def bare_page(template: str, status: int) -> HttpResponse:
    """Return an error page made without the request: no session, no player, no query."""
    try:
        page: str = render_to_string(template, {"bare": True})
    except Exception:
        logger.exception("The page for %s could not be rendered", status)
        page = LAST_RESORT
    return HttpResponse(page, status=status)
