"""What the views of every app share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme


def posts_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer anything but POST with 405 and a page that leads back to the form, one step up the address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        back = request.path.rstrip("/").rpartition("/")[0] + "/"
        response = render(request, "405.html", {"back": back}, status=405)
        response["Allow"] = "POST"
        return response

    return guarded


def wanted_page(request: HttpRequest) -> str:
    """Return the page of this site to which a form leads back (`next`), or the first page."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe else settings.LOGIN_REDIRECT_URL
