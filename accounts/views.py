"""The view of the player's profile."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import ProfileForm
from accounts.models import RulesAcceptance, User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show names, time zone, statistics and links to the rest about the player; POST saves the form."""
    player = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=player)
    if request.method == "POST" and form.is_valid():
        player.save(update_fields=[*form.fields, "updated_at"])
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
