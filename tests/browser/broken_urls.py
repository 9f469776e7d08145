"""The site's addresses, and some at which it breaks in every way that it has a page for."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.urls import path

from lucky11 import errors, urls
from lucky11.urls import handler400, handler403, handler404, handler429, handler500  # noqa: F401

BREAKS = {
    400: SuspiciousOperation("For the test"),
    403: PermissionDenied("For the test"),
    500: ValueError("For the test"),
    503: OperationalError("For the test"),
}


def broken(request, status):
    if status == 413:
        return errors.bare_page("413.html", 413)
    if status == 429:
        return errors.too_many_requests(request)
    raise BREAKS[status]


urlpatterns = [*urls.urlpatterns, path("broken/<int:status>/", broken, name="broken")]
