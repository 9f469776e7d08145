"""Records about a player, read-only: nobody can end a break, and only the player reads their messages."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, change_url, link, short_time
from accounts.admin.days import days_of
from accounts.admin.players import PlayerPanel
from accounts.admin.search import find_rows_of_players
from accounts.models import Message, PlayBreak, RulesAcceptance, User

Row = TypeVar("Row", bound=Model)


class OfPlayers(ReadOnly, StaffAdmin):
    """Rows about players, read-only, newest first, found by player."""

    link_lookups = frozenset({"user"})
    ordering = ("-id",)
    search_fields = ("user",)
    search_help_text = _("A player’s email, a part of it, @domain, or their id.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("user")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        if not search_term.strip():
            return queryset, False
        return find_rows_of_players(queryset, search_term), False

    @admin.display(description=_("player"))
    def player(self, row: Any) -> str:
        return link(change_url(User, row.user_id), row.user)


@admin.register(Message)
class MessageAdmin(OfPlayers):
    """Shows when a player was sent a message and what it was about, but not the text: that is private."""

    list_display = ("title", "player", "kind", "written", "read")
    list_filter = (days_of("created_at", numbered=True, title=_("day written")),)
    fields = ("title", "player", "kind", "created_at", "read_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("body")

    @admin.display(description=pgettext_lazy("column", "written"))
    def written(self, message: Message) -> str:
        return short_time(message.created_at)

    @admin.display(description=pgettext_lazy("column", "read"))
    def read(self, message: Message) -> str:
        return short_time(message.read_at) if message.read_at else "–"


@admin.register(RulesAcceptance)
class RulesAcceptanceAdmin(OfPlayers):
    """Shows which version of the rules a player accepted, and when."""

    list_display = ("version", "player", "accepted_at")
    list_filter = (days_of("accepted_at", numbered=True),)
    fields = ("version", "player", "accepted_at")
    readonly_fields = fields


@admin.register(PlayBreak)
class PlayBreakAdmin(OfPlayers):
    """Breaks that players took. Nobody can end one early: not staff, not a superuser, not a program."""

    list_display = ("kind", "player", "starts_at", "until")
    fields = ("kind", "player", "starts_at", "until")
    readonly_fields = fields

    @admin.display(description=pgettext_lazy("column", "until"))
    def until(self, row: PlayBreak) -> str:
        return short_time(row.ends_at) if row.ends_at else gettext("permanent")


def records_panel(request: HttpRequest, player: User) -> dict[str, Any] | None:
    """Return links from a player to the records about them."""
    links = [
        (_list_url(model, player), str(model._meta.verbose_name_plural).capitalize())
        for model, page in admin.site._registry.items()
        if isinstance(page, OfPlayers)
        and request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    ]
    return {"links": links} if links else None


def _list_url(model: type[Model], player: User) -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode({'user': player.pk})}"


RECORDS_PANEL = PlayerPanel("admin/accounts/player_panel.html", records_panel)
