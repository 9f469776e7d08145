"""The tickets of a draw, read-only, paged by number so that a million of them cost no more."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, change_url, link, short_time
from accounts.admin.days import DaysFilter, days_of
from accounts.admin.players import PlayerPanel
from accounts.admin.search import find_rows_of_players, whole_number
from accounts.models import User
from common.text import wording
from draws.models import Draw, Participation
from ledger.models import Transaction

# 12/345, 12 345, "draw 12, ticket 345"; no number longer than its column.
NAMED = re.compile(
    r"(?:draw\s*)?#?(\d{1,9})(?:\s*/\s*|\s*,?\s*ticket\s*|\s+)#?(\d{1,9})", re.ASCII | re.IGNORECASE
)


class NumberedPages(Paginator):  # type: ignore[type-arg]
    """Pages of one draw's tickets. Their numbers have no gaps, so every page is a range of numbers and their
    count is the draw's own: page 10,000 costs what page 1 does."""

    capped = False

    def __init__(self, rows: QuerySet[Participation], per_page: int, total: int) -> None:
        super().__init__(rows, per_page)
        self.total = total

    @property
    def count(self) -> int:
        return self.total

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        last = number * self.per_page
        rows: Any = self.object_list
        return Page(
            rows.filter(ticket_number__gt=last - self.per_page, ticket_number__lte=last), number, self
        )


@admin.register(Participation)
class TicketAdmin(ReadOnly, StaffAdmin):
    """Tickets are never changed and never removed."""

    list_display = ("number", "of_draw", "player", "taken", "payment")
    list_filter = (days_of("participated_at", numbered=True, title=_("day taken")),)
    link_lookups = frozenset({"draw", "user"})
    search_fields = ("ticket_number",)
    search_help_text = _(
        "A player’s email, a part of it, @domain, or their id; draw/ticket, such as 12/345; in one draw’s "
        "list also a ticket’s number."
    )
    fields = ("number", "of_draw", "player", "participated_at", "taken_on", "payment")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participation]:
        return super().get_queryset(request).prefetch_related("user", "draw")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        numbered = "draw" in request.GET and not DaysFilter.asked(request)
        return ("ticket_number",) if numbered else ("-id",)

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **kwargs: Any
    ) -> Paginator[Any]:
        narrowed = request.GET.get("q", "").strip() or "user" in request.GET or DaysFilter.asked(request)
        draw = None if narrowed else _only_draw(request)
        if draw is None:
            return super().get_paginator(request, queryset, per_page, *args, **kwargs)
        return NumberedPages(queryset, per_page, draw.current_participants)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Participation], search_term: str
    ) -> tuple[QuerySet[Participation], bool]:
        if not search_term.strip():
            return queryset, False
        named = NAMED.fullmatch(search_term.strip())
        if named:
            return queryset.filter(draw_id=int(named[1]), ticket_number=int(named[2])), False
        number = whole_number(search_term) if "draw" in request.GET else None
        numbered = None if number is None else Q(ticket_number=number)
        return find_rows_of_players(queryset, search_term, numbered), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        draw = _only_draw(request)
        title = gettext("Tickets")
        if draw:
            title = gettext("Tickets of draw %(id)s: %(title)s") % {"id": draw.pk, "title": draw.title}
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=_("ticket"))
    def number(self, ticket: Participation) -> str:
        return wording.grouped(ticket.ticket_number)

    @admin.display(description=pgettext_lazy("column", "draw"))
    def of_draw(self, ticket: Participation) -> str:
        return link(change_url(Draw, ticket.draw_id), ticket.draw)

    @admin.display(description=_("player"))
    def player(self, ticket: Participation) -> str:
        return link(change_url(User, ticket.user_id), ticket.user)

    @admin.display(description=pgettext_lazy("column", "taken"))
    def taken(self, ticket: Participation) -> str:
        return short_time(ticket.participated_at)

    @admin.display(description=_("payment"))
    def payment(self, ticket: Participation) -> str:
        words = gettext("transaction %(id)s") % {"id": ticket.transaction_id}
        return link(change_url(Transaction, ticket.transaction_id), words)


def _only_draw(request: HttpRequest) -> Draw | None:
    """Return the draw whose tickets the address asks for."""
    asked = request.GET.getlist("draw")
    number = whole_number(asked[0]) if len(asked) == 1 else None
    return None if number is None else Draw.objects.filter(pk=number).first()


def tickets_panel(request: HttpRequest, player: User) -> dict[str, Any] | None:
    """Return links from a player to their tickets and wins."""
    tickets = request.user.has_perm("draws.view_participation")
    wins = request.user.has_perm("draws.view_winner")
    return {"tickets": tickets, "wins": wins} if tickets or wins else None


TICKETS_PANEL = PlayerPanel("admin/draws/player_panel.html", tickets_panel)
