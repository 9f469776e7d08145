"""Every address of the site, and a page for signed-in players that does nothing."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from lucky11.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "noop", "urlpatterns"]


@login_required
def noop(request: HttpRequest) -> HttpResponse:
    """An empty page: what any signed-in request costs before it does anything."""
    return HttpResponse()


urlpatterns = [path("benchmarks/noop/", noop), path("", include("lucky11.urls"))]
