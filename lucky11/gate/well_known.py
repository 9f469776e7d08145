"""What programs look for on every site: whom to tell of a weakness, and where a password is changed."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.looks import PAPER

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


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Tell a browser how to keep the site as an app of its own (W3C Web Application Manifest)."""
    sizes = {size: static(f"img/icon-{size}.png") for size in (192, 512)}
    paper = PAPER.get(request.GET.get("theme", ""), PAPER["light"])
    icons = [{"src": src, "sizes": f"{size}x{size}", "type": "image/png"} for size, src in sizes.items()]
    body = {
        "name": "Lucky11",
        "id": "/",
        "start_url": "/",
        "display": "standalone",
        "background_color": paper,
        "theme_color": paper,
        "icons": icons + [{**icon, "purpose": "maskable"} for icon in icons],
    }
    answer = JsonResponse(body, content_type="application/manifest+json")
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer
