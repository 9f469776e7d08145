"""What a browser shows without a network: one page, kept by a service worker, and nothing of a player."""

import json

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from common.templatetags.lucky import style_sheets
from lucky11 import __version__

FONTS = ("basic", "latin")
ICONS = ("icon.svg", "icon-32.png", "icon-180.png")


def kept() -> list[str]:
    """Return the addresses that the service worker keeps, all of which are the same for everyone."""
    fonts = [static(f"vendor/special-gothic/special-gothic-{part}.woff2") for part in FONTS]
    return [reverse("offline"), *style_sheets(), *fonts, *(static(f"img/{icon}") for icon in ICONS)]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show what stands for every page while there is no network. It is made without the request."""
    answer = HttpResponse(render_to_string("offline.html", {"bare": True}))
    answer["Cache-Control"] = "public, no-cache"
    return answer


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker from the top of the site, as it acts only below its own address."""
    names = json.dumps({"version": __version__, "offline": reverse("offline"), "kept": kept()})
    text = f"const OURS = {names};\nimportScripts({json.dumps(static('js/offline.js'))});\n"
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "public, no-cache"
    return answer
