"""Views of a player's messages and notification settings."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
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
    """Show the player's messages, newest first, one item a draw; looking marks nothing as read.

    `?show=` filters, `?before=` continues, and `?with=` shows all about the same draw as one message.
    """
    player = player_of(request)
    assert player is not None
    show = _shown(request.GET)
    before, one = (read_number_cursor(request.GET.get(name, "")) for name in ("before", "with"))
    thread = inbox.thread_of(player, one) if one else ""
    if thread:
        items = inbox.in_thread(player, thread, before, inbox.PAGE + 1)
    else:
        items = inbox.items_of(player, show, before, inbox.PAGE + 1)
    shown = cut(items, inbox.PAGE, lambda item: str(item.newest.pk))
    context = {
        "items": [(item, KINDS.get(item.newest.kind, _unknown())) for item in shown.rows],
        "newest": items[0].newest.pk if items else None,
        "filters": inbox.FILTERS.items(),
        "show": show,
        "alone": one if thread else None,
        "before": before,
        "next": shown.next,
    }
    return render(request, "accounts/messages.html", context)


def _shown(sent: QueryDict) -> str:
    show = sent.get("show", "all")
    return show if show in inbox.FILTERS else "all"


def _unknown() -> Kind:
    return Kind("", gettext("Message"), "")


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
        inbox.read_up_to(player, upto, _shown(request.POST))
    else:
        raise BadRequest("Neither one message nor the newest that was shown.")
    return HttpResponse(status=303, headers={"Location": _page_before(request.POST)})


def _page_before(sent: QueryDict) -> str:
    """Return the address of the page whose form was sent."""
    numbers = {name: read_number_cursor(sent.get(name, "")) for name in ("with", "before")}
    show = _shown(sent)
    kept = {"show": show if show != "all" else None, **numbers}
    query = urlencode({name: value for name, value in kept.items() if value})
    return reverse("accounts:messages") + (f"?{query}" if query else "")


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
