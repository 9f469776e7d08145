"""Views for whoever looks at draws from elsewhere: previews of links, feeds, and search engines."""

from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from draws.models import Draw
from draws.pages import draws
from draws.pages.calendar import closing_events
from draws.sharing import feeds, oembed
from draws.sharing.cards import card
from draws.sharing.previews import address, preview

A_YEAR = 365 * 24 * 60 * 60
SOME_MINUTES, A_MOMENT = 300, 10
# What nobody finds by searching: forms, and what belongs to one player.
CLOSED = ("/admin/", "/accounts/", "/coins/", "/tickets/", "/messages/", "/profile/", "/draws/*/enter/")


@require_safe
def card_picture(request: HttpRequest, draw_id: int, fingerprint: str) -> HttpResponseBase:
    """Send the picture that a link to the draw shows; an address from an earlier state leads to today's."""
    draw = _published(draw_id)
    shown = preview(draw)
    if fingerprint != shown.fingerprint:
        return redirect("draws:card", draw.pk, shown.fingerprint)
    answer = HttpResponse(card(shown), content_type="image/png")
    patch_cache_control(answer, public=True, immutable=True, max_age=A_YEAR)
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"], "form-action": ["'none'"], "script-src": ["'none'"]})  # type: ignore[arg-type]
def embed(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Show the draw as a card that other sites may frame. It is made without the request: it knows nobody."""
    draw = _published(draw_id)
    page = render_to_string(
        "draws/embed.html", {"draw": draw, "shown": preview(draw), "address": address(draw)}
    )
    answer = HttpResponse(page)
    # The card says when the draw closes, and is true until then.
    left = int((draw.draw_time - timezone.now()).total_seconds())
    patch_cache_control(answer, public=True, max_age=min(SOME_MINUTES, left) if left > 0 else A_MOMENT)
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_safe
def oembed_json(request: HttpRequest) -> HttpResponse:
    """Answer sites that turn the address of a draw into its card (oEmbed 1.0); only JSON is offered."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse(status=501)
    number = oembed.draw_number(request.GET.get("url", ""))
    if number is None:
        raise Http404("This is no address of a draw.")
    try:
        most = [int(request.GET[name]) if name in request.GET else None for name in ("maxwidth", "maxheight")]
    except ValueError:
        return HttpResponseBadRequest()
    if any(size is not None and size <= 0 for size in most):
        return HttpResponseBadRequest()
    return _kept(JsonResponse(oembed.answer(_published(number), *most)))


@require_safe
def feed_json(request: HttpRequest, kind: str) -> HttpResponse:
    """Send open draws or results as a JSON Feed."""
    if kind == "open":
        found = feeds.json_feed(_("Open draws – Lucky11"), reverse("draws:list"), feeds.open_draws())
    else:
        found = feeds.json_feed(_("Results – Lucky11"), reverse("draws:winners"), feeds.results())
    return _kept(JsonResponse(found, content_type="application/feed+json"))


def feed_atom(request: HttpRequest, kind: str) -> HttpResponse:
    """Send open draws or results as an Atom feed."""
    feed: Any = feeds.OpenDraws() if kind == "open" else feeds.Results()
    return _kept(feed(request))


@require_safe
def feed_calendar(request: HttpRequest) -> HttpResponse:
    """Send the closing times of the open draws, for calendars that subscribe."""
    text = closing_events([(draw, address(draw)) for draw in feeds.open_draws()])
    return _kept(HttpResponse(text, content_type="text/calendar; charset=utf-8"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say what search engines may look at (RFC 9309)."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {settings.SITE_ORIGIN}{reverse('draws:sitemap')}", ""]
    return _kept(HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8"))


def _published(draw_id: int) -> Draw:
    draw = draws.find_draw(None, draw_id)
    if draw is None:
        raise Http404("There is no such draw.")
    return draw


def _kept(answer: HttpResponse) -> HttpResponse:
    patch_cache_control(answer, public=True, max_age=SOME_MINUTES)
    return answer
