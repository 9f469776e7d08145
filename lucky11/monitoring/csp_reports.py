"""Browsers report here what the Content-Security-Policy blocked; each report is a line in the log."""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common.web import rate_limits

logger = logging.getLogger(__name__)

LARGEST = 8 * 1024
SHOWN = 200


@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Answer 204 to a report; 400, 413 or 429 if it is not one, too large, or one too many."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return _refused("A browser's report has at most 8 KB.", 413)
    wait = rate_limits.seconds_to_wait_for_visitor(request, "csp report")
    if wait:
        answer = _refused(f"Too many reports. Wait {wait} seconds.", 429)
        answer["Retry-After"] = str(wait)
        return answer
    found = _read(request)
    if found is None:
        return _refused("This is not a report from a browser about the Content-Security-Policy.", 400)
    directive = found.get("effective-directive") or found.get("violated-directive")
    page, blocked = _page(found.get("document-uri")), _bare(found.get("blocked-uri"))
    logger.warning("Content-Security-Policy: %s kept %s from %s", _line(directive), blocked, page)
    return HttpResponse(status=204)


def _refused(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence + "\n", status=status, content_type="text/plain; charset=utf-8")


def _read(request: HttpRequest) -> dict[str, Any] | None:
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError, RawPostDataException):
        return None
    found = sent.get("csp-report") if isinstance(sent, dict) else None
    return found if isinstance(found, dict) else None


def _page(address: object) -> str:
    # The name of the page, not its address: that may hold a key or a receipt.
    try:
        return resolve(urlsplit(str(address)).path).view_name or "a page without a name"
    except (Resolver404, ValueError):
        return "a page that is not ours"


def _bare(address: object) -> str:
    return _line(str(address).partition("?")[0].partition("#")[0])


def _line(text: object) -> str:
    # Anybody can send anything, so only one line of limited length is logged.
    printable = "".join(letter if letter.isprintable() else " " for letter in str(text))
    return repr(printable[:SHOWN])
