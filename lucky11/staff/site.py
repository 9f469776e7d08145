"""The admin as a whole: its name, its door, what its first page shows, and the staff log."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, change_url, link
from accounts.admin.search import ids_by_address
from accounts.models import User
from draws.admin.prizes import READ
from lucky11.staff import access
from lucky11.staff.desk import dashboard

stock_index = admin.site.index


def index(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The first page: what is overdue and what waits for somebody, as far as this staff member may see it."""
    return stock_index(request, {**dashboard(request), **(extra_context or {})})


def password_change(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The site's own page."""
    return redirect("account_change_password")


admin.site.site_header = _("Lucky11 staff")
admin.site.site_title = _("Lucky11 staff")
admin.site.index_title = _("Staff")
admin.site.index_template = "admin/lucky11_index.html"
# Passwords change where everyone's do: with its limits on trying, and a mail about it.
admin.site.password_change = admin.site.password_change_done = password_change  # type: ignore[assignment,method-assign]
admin.site.index = index  # type: ignore[assignment,method-assign]
access.close()


@admin.register(LogEntry)
class StaffLogAdmin(ReadOnly, StaffAdmin):
    """Who did what, when and why, the latest first."""

    list_display = ("action_time", "by", "what", "did")
    link_lookups = frozenset({"user"})
    ordering = ("-id",)
    search_fields = ("user",)
    search_help_text = _("A staff member’s e-mail (or how it begins) or id.")
    fields = ("action_time", "by", "what", "did")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        return super().get_queryset(request).prefetch_related("user", "content_type")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LogEntry], search_term: str
    ) -> tuple[QuerySet[LogEntry], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(Q(user_id__in=ids_by_address(search_term))), False

    @admin.display(description=pgettext_lazy("column", "who"))
    def by(self, entry: LogEntry) -> str:
        return link(change_url(User, entry.user_id), entry.user)

    @admin.display(description=pgettext_lazy("column", "about"))
    def what(self, entry: LogEntry) -> str:
        url = None if entry.is_deletion() else entry.get_admin_url()
        return link(url, entry.object_repr) if url else entry.object_repr

    @admin.display(description=_("what and why"))
    def did(self, entry: LogEntry) -> str:
        said = entry.get_change_message() or entry.get_action_flag_display()
        return gettext(READ) if said == READ else said
