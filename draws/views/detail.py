"""Views of one draw, and of taking tickets in it."""

import logging
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.play.rules_form import AcceptRulesForm
from accounts.players import player_of
from common.web import rate_limits
from common.web.http import posts_only
from draws import exceptions, opened, reminders
from draws.entries import take
from draws.entries.forms import EntryForm
from draws.pages import draws
from draws.pages.fill_chart import fill_chart
from draws.pages.outcome import outcome
from draws.pages.panel import panel

logger = logging.getLogger(__name__)


@require_safe
def detail(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Show the draw in whatever state it is; `?receipt=` shows what an entry has just taken.

    A player's own result may be covered until they open it (draws/opened.py); `?result` looks under it.
    """
    context: dict[str, Any] = {"again": "again" in request.GET}
    request_id = request.GET.get("receipt", "")
    player = player_of(request)
    if request_id and player:
        context["receipt"] = take.receipt(player.pk, draw_id, request_id.replace("\0", ""))
    return _page(request, draw_id, context)


@posts_only
def open_result(request: HttpRequest, draw_id: int) -> HttpResponseBase:
    """Remember that the player opened their result, and show it."""
    address = reverse("draws:detail", args=[draw_id])
    player = player_of(request)
    if player is None:
        return redirect_to_login(address)
    opened.open_result(player, draw_id)
    return HttpResponse(status=303, headers={"Location": address})


@posts_only
def remind(request: HttpRequest, draw_id: int) -> HttpResponseBase:
    """Remember that the player wants to be told before the draw closes, or, with `stop`, that they do not."""
    address = reverse("draws:detail", args=[draw_id])
    player = player_of(request)
    if player is None:
        return redirect_to_login(address)
    if "stop" in request.POST:
        reminders.forget(player, draw_id)
        messages.success(request, _("We will not remind you of this draw."))
    elif reminders.ask(player, draw_id):
        messages.success(request, _("We will remind you an hour before this draw closes."))
    else:
        messages.error(request, _("This draw cannot be reminded of any more. Nothing was changed."))
    return HttpResponse(status=303, headers={"Location": address})


@posts_only
def enter(request: HttpRequest, draw_id: int) -> HttpResponseBase:
    """Take tickets, then show the draw with the receipt; a refusal shows it with the reason instead."""
    player = player_of(request)
    if player is None:
        return redirect_to_login(reverse("draws:detail", args=[draw_id]))
    form = EntryForm(request.POST)
    if not form.is_valid():
        return _page(request, draw_id, {"form": form}, 400)
    tickets, request_id = form.cleaned_data["tickets"], form.cleaned_data["request_id"]
    wait = rate_limits.seconds_to_wait(request, player.pk, "enter")
    # A player who paid with this form gets their answer, however often they press.
    if wait and take.receipt(player.pk, draw_id, request_id) is None:
        return _too_fast(request, draw_id, form, wait)
    try:
        entry = take.take_tickets(player.pk, draw_id, tickets, request_id)
    except exceptions.RequestConflict:
        # Sent twice with another number, as after Back: the first tickets stand, and more may be wanted.
        earlier = take.receipt(player.pk, draw_id, request_id)
        return _page(request, draw_id, {"earlier": earlier, "form": form, "more": tickets}, 409)
    except exceptions.EntryRefused as refusal:
        answer = _page(request, draw_id, {"refusal": refusal, "form": form}, refusal.status)
        if refusal.retry_after:
            answer["Retry-After"] = str(refusal.retry_after)
        return answer
    except (OperationalError, InterfaceError):
        return _unknown(request, draw_id, form)
    address = f"{reverse('draws:detail', args=[draw_id])}?receipt={request_id}"
    return HttpResponse(status=303, headers={"Location": address + ("&again" if entry.replayed else "")})


def _page(request: HttpRequest, draw_id: int, extra: dict[str, Any], status: int = 200) -> HttpResponse:
    player = player_of(request)
    draw = draws.find_draw(player, draw_id)
    if draw is None:
        return render(request, "draws/no_such_draw.html", {**extra, "bare_id": str(draw_id)[:12]}, status=404)
    if status != 200 and player:
        # Another tab may have spent coins since the session's player was read.
        player.refresh_from_db(fields=["coins", "is_vip", "suspended_at"])
    page = draws.draw_page(draw, player)
    face = panel(page, player)
    context = {
        "page": page,
        "draw": draw,
        "panel": face,
        "covered": face.is_result and "result" not in request.GET and opened.covers(player, draw),
        "outcome": outcome(page, player) if face.is_result and player else None,
        "filling": fill_chart(draw),
        "rules_form": AcceptRulesForm() if face.face == "rules" else None,
        "request_id": uuid.uuid4().hex,
        **extra,
    }
    return render(request, "draws/detail.html", context, status=status)


def _too_fast(request: HttpRequest, draw_id: int, form: EntryForm, wait: int) -> HttpResponse:
    # The same request id again: a first press may still be on its way.
    context = {"draw_id": draw_id, "entry": form.cleaned_data, "wait": wait, "bare": True}
    answer = render(request, "draws/entry_too_fast.html", context, status=429)
    answer["Retry-After"] = str(wait)
    return answer


def _unknown(request: HttpRequest, draw_id: int, form: EntryForm) -> HttpResponse:
    # The answer was lost between the database and us. The same request id makes trying again safe.
    logger.exception("Draw %s: it is not known whether tickets were taken", draw_id)
    context = {"draw_id": draw_id, "entry": form.cleaned_data, "bare": True}
    return render(request, "draws/entry_unknown.html", context, status=503)
