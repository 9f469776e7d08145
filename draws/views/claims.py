"""Views of a prize for its winner alone: claiming it, and choosing whether to be named."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.players import player_of
from draws.exceptions import ClaimError, ClaimInvalid
from draws.models import Winner
from draws.pages import draws
from draws.prizes import claims, videos
from draws.prizes.disqualify import may_object, object_to, open_against
from draws.prizes.forms import ClaimForm, ObjectionForm, PublicityForm


@never_cache
@sensitive_post_parameters("name", "address", "note")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, winner_id: int) -> HttpResponse:
    """Show the winner's page of a prize; POST claims it, or with `act` sets what is shown, or objects."""
    player = player_of(request)
    winner = draws.find_win(player, winner_id) if player else None
    if player is None or winner is None:
        raise Http404("There is no such prize.")
    winner.user = player
    return _post(request, winner) if request.method == "POST" else _page(request, winner, None)


def _post(request: HttpRequest, winner: Winner) -> HttpResponse:
    if request.POST.get("act") == "objection":
        return _object(request, winner)
    if request.POST.get("act") == "video":
        return _video(request, winner)
    naming = request.POST.get("act") == "publicity"
    form = (PublicityForm if naming else ClaimForm)(request.POST, winner=winner)
    if not form.is_valid():
        return _page(request, winner, form, 400)
    try:
        _do(form, winner)
    except ClaimInvalid as refusal:
        form.add_error(refusal.field, refusal.message)
        return _page(request, winner, form, refusal.status)
    except ClaimError as refusal:
        return _refused(request, winner, refusal)
    messages.success(request, _("Saved.") if naming else _("Your claim is in. We will send the prize next."))
    return HttpResponse(status=303, headers={"Location": reverse("draws:claim", args=[winner.pk])})


def _video(request: HttpRequest, winner: Winner) -> HttpResponse:
    shown = request.POST.get("shown") == "yes"
    try:
        videos.agree(winner.pk, winner.user_id, request.POST.get("video", ""), shown=shown)
    except ClaimError as refusal:
        return _refused(request, winner, refusal)
    messages.success(request, _("The video is shown.") if shown else _("The video is no longer shown."))
    return HttpResponse(status=303, headers={"Location": reverse("draws:claim", args=[winner.pk])})


def _object(request: HttpRequest, winner: Winner) -> HttpResponse:
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return _page(request, winner, form, 400)
    try:
        object_to(winner.pk, winner.user_id, form.cleaned_data["objection"])
    except ClaimInvalid as refusal:
        form.add_error(refusal.field, refusal.message)
        return _page(request, winner, form, refusal.status)
    except ClaimError as refusal:
        return _refused(request, winner, refusal)
    messages.success(request, _("Your objection is in. Staff will read it and decide."))
    return HttpResponse(status=303, headers={"Location": reverse("draws:claim", args=[winner.pk])})


def _do(form: PublicityForm, winner: Winner) -> None:
    if isinstance(form, ClaimForm):
        claims.claim_prize(winner.pk, winner.user_id, form.details(), form.chosen())
    else:
        claims.choose_publicity(winner.pk, winner.user_id, form.chosen())


def _refused(request: HttpRequest, winner: Winner, refusal: ClaimError) -> HttpResponse:
    """Show the page as the prize stands now, which is not as it stood a moment ago."""
    now = draws.find_win(winner.user, winner.pk)
    if now is None:
        raise Http404(refusal.message)
    now.user = winner.user
    return _page(request, now, None, refusal.status, refusal=refusal)


def _page(
    request: HttpRequest, winner: Winner, form: Form | None, status: int = 200, **more: Any
) -> HttpResponse:
    state = claims.claim_state(winner)
    against = open_against(winner.pk) if state == "disputed" else None
    if form is None and state == "to_claim":
        form = ClaimForm(winner=winner)
    elif form is None and against and may_object(against):
        form = ObjectionForm()
    elif form is None:
        now = claims.publicity_of(winner)
        form = PublicityForm(winner=winner, initial={"publicity": now.choice, "alias": now.alias})
    context = {"winner": winner, "draw": winner.draw, "standing": state, "form": form, "against": against}
    context |= {"may_object": against is not None and may_object(against), **more}
    return render(request, "draws/claim.html", context, status=status)
