"""Views of a player's messages and notification settings."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.notifications import inbox
from accounts.notifications.notify import KINDS, Kind
from accounts.players import player_of
from common.database.paging import cut, read_number_cursor
from common.web.http import posts_only

WAYS = (("email", _("By email")), ("site", _("On the site")))


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the player's messages, newest first; `?before=` continues. Looking marks nothing as read."""
    player = player_of(request)
    assert player is not None
    before = read_number_cursor(request.GET.get("before", ""))
    rows = inbox.messages_of(player, before, inbox.PAGE + 1)
    shown = cut(rows, inbox.PAGE, lambda message: str(message.pk))
    other = Kind("", gettext("Message"), "")
    context = {
        "rows": [(message, KINDS.get(message.kind, other)) for message in shown.rows],
        "newest": rows[0].pk if rows else None,
        "before": before,
        "next": shown.next,
    }
    return render(request, "accounts/messages.html", context)


@posts_only
def read(request: HttpRequest) -> HttpResponseBase:
    """Mark one message as read (`message`), or all up to the newest that was shown (`upto`)."""
    player = player_of(request)
    if player is None:
        return redirect_to_login(reverse("accounts:messages"))
    one, upto = (read_number_cursor(request.POST.get(name, "")) for name in ("message", "upto"))
    if one is not None:
        if not inbox.read_one(player, one):
            raise Http404
    elif upto is not None:
        inbox.read_up_to(player, upto)
    else:
        raise BadRequest("Neither one message nor the newest that was shown.")
    before = read_number_cursor(request.POST.get("before", ""))
    return HttpResponse(
        status=303,
        headers={"Location": reverse("accounts:messages") + (f"?before={before}" if before else "")},
    )


class ChoicesForm(forms.Form):
    """For each kind that is not needed, the ways in which the player wants it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS.values():
            if not kind.needed:
                self.fields[kind.name] = forms.MultipleChoiceField(
                    label=str(kind.label), choices=WAYS, required=False
                )

    def chosen(self) -> dict[str, tuple[bool, bool]]:
        """Return the choice by email, and the choice on the site."""
        return {name: ("email" in ways, "site" in ways) for name, ways in self.cleaned_data.items()}


def _offered(player: User) -> Iterable[Kind]:
    return [kind for kind in KINDS.values() if player.is_staff or not kind.staff_only]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Show which notifications the player gets by email and on the site; POST saves the choice."""
    player = player_of(request)
    assert player is not None
    if request.method == "POST":
        form = ChoicesForm(request.POST)
        if not form.is_valid():
            raise BadRequest("A way that does not exist.")
        inbox.choose(player, form.chosen())
        inbox.cover_results(player, "surprise" in request.POST)
        messages.success(request, gettext("Saved."))
        return redirect("accounts:message_choices")
    now = inbox.choices_of(player)
    rows = [(kind, *now[kind.name]) for kind in sorted(_offered(player), key=lambda kind: kind.needed)]
    return render(request, "accounts/message_choices.html", {"rows": rows})
