"""What programs look for on every site: whom to tell of a weakness, and where a password is changed."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

# RFC 9116 wants less than a year; whoever finds an old copy knows that it is old.
VALID_DAYS = 180
KEPT_SECONDS = 24 * 3600


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer with the site's contact for reports of weaknesses (RFC 9116)."""
    expires = timezone.now().replace(microsecond=0) + timedelta(days=VALID_DAYS)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_ORIGIN}{reverse('security_txt')}",
    ]
    answer = HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Lead password managers to the page where a password is changed, at the address that W3C gave it."""
    return HttpResponseRedirect(reverse("account_change_password"))
