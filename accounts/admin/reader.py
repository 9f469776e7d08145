"""Who reads the staff page that is being made: links lead only to pages that this person may open."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import Resolver404, resolve

_request: ContextVar[HttpRequest | None] = ContextVar("the request for a staff page", default=None)


@contextmanager
def reading(request: HttpRequest) -> Iterator[None]:
    """Make a page for the person who sends this request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def may_open(url: str) -> bool:
    """Return whether the reader may open the admin's page of a row or a list; True outside of its pages."""
    request = _request.get()
    if request is None:
        return True
    try:
        name = resolve(url.partition("?")[0]).url_name or ""
    except Resolver404:
        return False
    for model, page in admin.site._registry.items():
        if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return page.has_view_permission(request)
    return True
