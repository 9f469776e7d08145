"""Views of the draw room, of the figures that open pages ask for, and of closing times for calendars."""

import json
import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.players import player_of
from draws.pages import draws, live
from draws.pages import room as rooms
from draws.pages.calendar import closing_event
from draws.proof.checker_words import in_language

NUMBERS = re.compile(r"[0-9]{1,9}(,[0-9]{1,9})*")


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """Send the server's time, and stage and tickets taken of the draws in `?of=7,8`; it reads no cookie.

    Nobody keeps the answer: a kept one would tell a wrong time.
    """
    numbers = request.GET.get("of", "")
    if "of" in request.GET and (not NUMBERS.fullmatch(numbers) or numbers.count(",") >= live.MOST):
        said = f"Name one to {live.MOST} draws by their numbers, as in ?of=7,8."
        return JsonResponse({"error": said}, status=400)
    states = live.live_states(sorted({int(number) for number in numbers.split(",") if number}))
    # Read last, so that it is the time at which the answer leaves.
    body = {"now": round(timezone.now().timestamp() * 1000)} | {str(pk): states[pk] for pk in states}
    response = HttpResponse(json.dumps(body, separators=(",", ":")), content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


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


@require_safe
def room(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Show the draw room: the moment of the draw, for everyone at once and for ever after."""
    player = player_of(request)
    draw = draws.find_draw(None, draw_id)
    if draw is None:
        return render(request, "draws/no_such_draw.html", {"bare_id": str(draw_id)[:12]}, status=404)
    context = {
        "draw": draw,
        "room": rooms.room_of(draw, player),
        "room_words": in_language(rooms.SENTENCES, rooms.COUNTED),
    }
    return render(request, "draws/room.html", context)
