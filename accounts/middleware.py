"""Show times on the clock of the player or the visitor's device; leave nothing behind at sign-out."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts import time_zones


class PlayerTimeZoneMiddleware:
    """Middleware that activates the signed-in player's time zone for the request, or the visitor's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Without a session cookie nobody is signed in: no query for health checks and first visits.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            with timezone.override(request.user.tz):
                return self.get_response(request)
        browsers = time_zones.of_browser(request)
        if browsers:
            with timezone.override(browsers):
                return self.get_response(request)
        return self.get_response(request)


class ClearAtSignOutMiddleware:
    """Middleware that lets the browser forget the pages it keeps once somebody signed out, in whatever way.

    Whoever sits down next does not get the player's pages back with the Back button.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "signed_out", False):
            response["Clear-Site-Data"] = '"cache"'
        return response


@receiver(user_logged_out)
def _note(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if request is not None and user is not None:
        request.signed_out = True  # type: ignore[attr-defined]
