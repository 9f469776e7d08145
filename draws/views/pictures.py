"""The pictures of prizes: files under names that never mean anything else, so browsers keep them for good."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import etag, require_safe

from draws.pictures import uploads
from draws.pictures.drawn import svg

A_YEAR = 365 * 24 * 60 * 60


@require_safe
@etag(lambda request, name: f'"{name}"')
def uploaded(request: HttpRequest, name: str) -> HttpResponse:
    """Send a file of an uploaded picture; the address allows no other names."""
    try:
        with uploads.storage().open(name) as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404("There is no such picture.") from None
    return _kept(HttpResponse(content, content_type="image/webp"))


@require_safe
@etag(lambda request, number, fingerprint, shape="": f'"{number}-{fingerprint}{shape}"')
def made(request: HttpRequest, number: str, fingerprint: str, shape: str = "") -> HttpResponse:
    """Send the generated picture of a draw without one; all that it shows is in its address."""
    if int(number) >= 2**31:
        raise Http404("There is no draw with this number.")
    drawn = svg(int(number), fingerprint, shape)
    return _kept(HttpResponse(drawn, content_type="image/svg+xml"))


def _kept(answer: HttpResponse) -> HttpResponse:
    patch_cache_control(answer, public=True, immutable=True, max_age=A_YEAR)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
