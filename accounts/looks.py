"""How the site looks to a reader: light or dark paper, and the language. A browser keeps both in cookies.

The form is on every page and has no token, so that a visitor's page sets no cookie. What another site sends
here changes nothing.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_exempt

from common.web.http import posts_only, wanted_page

COOKIE = "theme"
KEPT_SECONDS = 365 * 24 * 3600
# What the address bar of a phone has around the page.
PAPER = {"light": "#edf1eb", "dark": "#0d1512"}
# Without a choice the device says which it is.
THEMES = {"": pgettext_lazy("colours", "Like my device"), "light": _("Light"), "dark": _("Dark")}


def theme_of(request: HttpRequest) -> str:
    """Return the theme that the reader chose; empty if the device decides."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


@csrf_exempt
@posts_only
def change(request: HttpRequest) -> HttpResponse:
    """Keep the theme or the language that was pressed, and lead back to the page."""
    back = HttpResponseRedirect(wanted_page(request))
    # A browser that does not say where a request comes from is older than this choice is worth.
    if request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none"):
        _keep(request, back)
    return back


def _keep(request: HttpRequest, response: HttpResponse) -> None:
    theme, language = request.POST.get("theme"), request.POST.get("language")
    if theme == "":
        response.delete_cookie(COOKIE, samesite="Lax")
    elif theme in THEMES:
        _set_cookie(response, COOKIE, str(theme))
    if language in dict(settings.LANGUAGES):
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, str(language))


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
