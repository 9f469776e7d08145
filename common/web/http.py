"""Decorators that the views of every app share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render


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
