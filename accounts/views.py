"""The view of the player's profile."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import time_zones
from accounts.forms import ProfileForm
from accounts.models import RulesAcceptance, User
from common.text import wording
from common.web.http import posts_only, wanted_page

YEAR = 365 * 86_400


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show names, time zone, statistics and links to the rest about the player; POST saves the form."""
    form = _saved(request) if request.method == "POST" else ProfileForm(instance=_player(request))
    player = form.instance
    if form.is_bound and form.is_valid():
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    context: dict[str, Any] = {
        "form": form,
        "player": player,
        "accepted": RulesAcceptance.objects.filter(user=player).order_by("-accepted_at").first(),
        "has_providers": bool(get_adapter().list_providers(request)),
    }
    status = 400 if form.is_bound else 200
    return render(request, "accounts/profile.html", context, status=status)


@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """Send the end of the header as it is now; `?form` also sends a token, for a page that has forms."""
    return render(request, "_me.html", {"with_token": "form" in request.GET})


@posts_only
def time_zone(request: HttpRequest) -> HttpResponse:
    """Take over the time of the player's device (`zone`), or `keep` theirs and ask no more about that one."""
    back = HttpResponseRedirect(wanted_page(request))
    zone = time_zones.find(request.POST.get("zone", ""))
    if not request.user.is_authenticated or not zone:
        return back
    if "keep" in request.POST:
        back.set_cookie(
            time_zones.KEPT_COOKIE, zone, max_age=YEAR, secure=request.is_secure(), samesite="Lax"
        )
        return back
    with transaction.atomic():
        player = _player(request, lock=True)
        if time_zones.may_change(player):
            player.time_zone = zone
            player.save(update_fields=["time_zone", "updated_at"])
            said = _("Times are now those of %(city)s.") % {"city": wording.city(zone)}
            messages.success(request, said)
    return back


@transaction.atomic
def _saved(request: HttpRequest) -> ProfileForm:
    # Behind the player's lock: of two changes of the time zone at once, one is told that it is too soon.
    form = ProfileForm(request.POST, instance=_player(request, lock=True))
    if form.is_valid():
        form.instance.save(update_fields=[*form.fields, "updated_at"])
    return form


def _player(request: HttpRequest, *, lock: bool = False) -> User:
    players = User.objects.select_for_update(no_key=True) if lock else User.objects.all()
    return players.get(pk=request.user.pk)
