"""Views of the figures that open pages ask for, and of a draw's closing time for calendars."""

import json
import re
from hashlib import sha256

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from draws.pages import draws, live
from draws.pages.calendar import closing_event


@require_safe
def now(request: HttpRequest) -> HttpResponseBase:
    """Send stage and tickets taken of the draws in `?of=7,8`; it reads no cookie, so all share the answer."""
    numbers = request.GET.get("of", "")
    if not re.fullmatch(r"[0-9]{1,9}(,[0-9]{1,9})*", numbers) or numbers.count(",") >= live.MOST:
        said = f"Name one to {live.MOST} draws by their numbers, as in ?of=7,8."
        return JsonResponse({"error": said}, status=400)
    states = live.live_states(sorted({int(number) for number in numbers.split(",")}))
    body = json.dumps(states, separators=(",", ":"))
    response = HttpResponse(body, content_type="application/json")
    response["ETag"] = f'"{sha256(body.encode()).hexdigest()[:16]}"'
    patch_cache_control(response, public=True, max_age=live.FRESH_SECONDS)
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer or response


@require_safe
def calendar(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Send the closing time of a published draw, as a file for calendars."""
    draw = draws.find_draw(None, draw_id)
    if draw is None:
        raise Http404
    address = settings.SITE_ORIGIN + reverse("draws:detail", args=[draw.pk])
    response = HttpResponse(closing_event(draw, address), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="lucky11-draw-{draw.pk}.ics"'
    return response
