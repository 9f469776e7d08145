"""The view in which a player who joined without being asked accepts the rules."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.play.rules import accept_rules
from accounts.play.rules_form import AcceptRulesForm
from accounts.players import player_of
from common.web.http import posts_only, wanted_page


@posts_only
def accept(request: HttpRequest) -> HttpResponseBase:
    """Record that the player accepts the rules, and go back to `next`, the draw they came from."""
    player = player_of(request)
    back = wanted_page(request)
    if player is None:
        return redirect_to_login(back)
    form = AcceptRulesForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "back": back}
        return render(request, "accounts/accept_rules.html", context, status=400)
    accept_rules(player)
    messages.success(request, _("Thank you. We have recorded when you accepted the rules."))
    return HttpResponseRedirect(back)
