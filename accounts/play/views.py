"""The view in which a player who joined without being asked accepts the rules."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.play.rules import accept_rules
from accounts.play.rules_form import AcceptRulesForm
from accounts.players import player_of
from common.web.http import posts_only


@posts_only
def accept(request: HttpRequest) -> HttpResponseBase:
    """Record that the player accepts the rules, and go back to `next`, the draw they came from."""
    player = player_of(request)
    back = _back(request)
    if player is None:
        return redirect_to_login(back)
    form = AcceptRulesForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "back": back}
        return render(request, "accounts/accept_rules.html", context, status=400)
    accept_rules(player)
    messages.success(request, _("Thank you. We have recorded when you accepted the rules."))
    return HttpResponseRedirect(back)


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe else settings.LOGIN_REDIRECT_URL
