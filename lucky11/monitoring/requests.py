"""Requests: each gets an id for its log lines, is counted and timed, and is refused during maintenance."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from common.request_id import request_id
from lucky11.monitoring import metrics
from lucky11.operations import maintenance_mode

GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
SAFE = ("GET", "HEAD", "OPTIONS")
# Open during maintenance: the staff's pages, signing in to reach them, and signing out.
OPEN = ("/admin/", "/accounts/login/", "/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/")
RETRY_SECONDS = "120"

Handler = Callable[[HttpRequest], HttpResponseBase]


@receiver(request_finished)
def _clear_request_id(**kwargs: Any) -> None:
    """Forget the id later: Django still logs a line about the response after the middleware is done."""
    request_id.set("")


class RequestMiddleware:
    """Gives every request its id (a proxy's own, if it sent one), and counts and times it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id.set(given if GIVEN.fullmatch(given) else uuid.uuid4().hex)
        began = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        view = request.resolver_match.view_name if request.resolver_match else ""
        metrics.count_request(request.method or "", view, response.status_code, time.perf_counter() - began)
        return response


class MaintenanceMiddleware:
    """During maintenance, lets players read pages and answers every form with a polite 503."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE or request.path.startswith(OPEN) or not maintenance_mode.is_on():
            return self.get_response(request)
        response = render(request, "maintenance.html", {"bare": True}, status=503)
        response["Retry-After"] = RETRY_SECONDS
        return response
