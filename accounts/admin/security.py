"""The security log, as staff see it: read-only, newest first."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import change_url, link
from accounts.admin.days import days_of
from accounts.admin.records import OfPlayers
from accounts.admin.search import find_rows_of_players
from accounts.models import SecurityEvent, User
from accounts.security.log import fingerprint


class KindFilter(admin.SimpleListFilter):
    """Filters the events of one kind."""

    title = pgettext_lazy("column", "kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.value, kind.label) for kind in SecurityEvent.Kind]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        return queryset.filter(kind=self.value()) if self.value() else None


@admin.register(SecurityEvent)
class SecurityEventAdmin(OfPlayers):
    """Who tried to get in, who got in, and what was changed that protects an account."""

    list_display = ("at", "kind", "player", "staff_member", "client", "facts")
    list_display_links = ("at",)
    list_filter = (KindFilter, days_of("at", numbered=True))
    fields = ("at", "kind", "player", "staff_member", "who", "client", "request_id", "facts")
    readonly_fields = fields
    search_help_text = _(
        "An email, also one that no account has; a part of a player’s email, @domain, or their id; or a "
        "client’s address."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecurityEvent]:
        return super().get_queryset(request).prefetch_related("by")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return find_rows_of_players(queryset, term, Q(who=fingerprint(term)) | Q(client=term)), False

    @admin.display(description=_("details"))
    def facts(self, row: SecurityEvent) -> str:
        return ", ".join(f"{name}: {value}" for name, value in row.details.items()) or "–"

    @admin.display(description=_("player"))
    def player(self, row: SecurityEvent) -> str:
        return link(change_url(User, row.user_id), row.user) if row.user_id else "–"

    @admin.display(description=pgettext_lazy("column", "signed in as"))
    def staff_member(self, row: SecurityEvent) -> str:
        return link(change_url(User, row.by_id), row.by) if row.by_id else "–"
