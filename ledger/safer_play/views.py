"""Safer play: a player's own figures, limits and breaks, and what everyone may read about them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.play import breaks
from accounts.players import player_of
from common.text import wording
from common.web.http import posts_only
from ledger.exceptions import LimitRefused
from ledger.safer_play import limits
from ledger.safer_play.forms import BreakForm, LimitForm


@require_safe
def safer_play(request: HttpRequest) -> HttpResponse:
    """Show how to keep play safe; signed-in players also see their figures and the forms."""
    return _page(request)


@posts_only
def set_limit(request: HttpRequest) -> HttpResponseBase:
    """Set or lift one limit of the signed-in player."""
    player = player_of(request)
    if player is None:
        return redirect_to_login(reverse("ledger:safer_play"))
    form = LimitForm(request.POST)
    if not form.is_valid():
        return _page(request, 400, limit_form=form)
    try:
        limit = limits.set_limit(player.pk, form.cleaned_data["period"], form.cleaned_data["coins"])
    except LimitRefused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, refusal.status, limit_form=form)
    messages.success(request, _said(limit))
    return redirect("ledger:safer_play")


@posts_only
def take_break(request: HttpRequest) -> HttpResponseBase:
    """Start a break or a self-exclusion of the signed-in player; `kind` says which form was sent."""
    player = player_of(request)
    if player is None:
        return redirect_to_login(reverse("ledger:safer_play"))
    kind = "exclusion" if request.POST.get("kind") == "exclusion" else "break"
    form = BreakForm(kind, request.POST)
    if not form.is_valid():
        return _page(request, 400, **{f"{kind}_form": form})
    try:
        rest = breaks.take_break(player, form.cleaned_data["length"])
    except breaks.BreakRefused as refusal:
        form.add_error("length", refusal.message)
        return _page(request, refusal.status, **{f"{kind}_form": form})
    messages.success(request, _("Your break has begun. It lasts %(until)s.") % {"until": breaks.until(rest)})
    return redirect("ledger:safer_play")


def _page(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    player = player_of(request)
    context = forms | (_own(player, forms.get("limit_form")) if player else {})
    for kind in ("break", "exclusion"):
        context.setdefault(f"{kind}_form", BreakForm(kind))
    context["form"] = next((form for form in forms.values() if form.errors), None)
    return render(request, "ledger/safer_play.html", context, status=status)


def _own(player: User, sent: LimitForm | None) -> dict[str, Any]:
    rest = breaks.current_break(player)
    rows = limits.limits_of(player.pk)
    wrong = sent.data.get("period") if sent else None
    return {
        "rest": rest,
        "rest_until": rest and breaks.until(rest),
        "limits": [(limit, sent if limit.period == wrong else None) for limit in rows],
    }


def _said(limit: limits.Limit) -> str:
    values = {"period": limit.period.label, "coins": wording.coins(limit.coins or 0)}
    if limit.next_at is None and limit.coins is None:
        return _("You have no limit for %(period)s.") % values
    if limit.next_at is None:
        return _("From now on you can spend at most %(coins)s in %(period)s.") % values
    if limit.next_coins is None:
        lifted = _(
            "In 24 hours you will have no limit for %(period)s. Until then it stays at %(coins)s. To "
            "cancel the change, set it to the same or less."
        )
        return lifted % values
    raised = _(
        "In 24 hours your limit for %(period)s will be %(next)s. Until then it stays at "
        "%(coins)s. To cancel the change, set it to the same or less."
    )
    return raised % {**values, "next": wording.coins(limit.next_coins)}
