"""A readable mailbox for development: the newest emails of the outbox. Outside DEBUG it does not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.models import OutboxEmail

NEWEST = 100


def in_development(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 404 unless the site runs with DEBUG: emails hold codes and links."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEBUG:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@in_development
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the newest emails, sent or waiting."""
    return render(request, "accounts/dev_mail.html", {"mails": OutboxEmail.objects.order_by("-id")[:NEWEST]})


@in_development
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show one email: its text with working links, and its HTML in a frame that can do nothing."""
    return render(request, "accounts/dev_mail_one.html", {"mail": get_object_or_404(OutboxEmail, pk=mail_id)})


@in_development
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
def mail_html(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show the HTML part alone, for the frame."""
    return HttpResponse(get_object_or_404(OutboxEmail, pk=mail_id).html)
