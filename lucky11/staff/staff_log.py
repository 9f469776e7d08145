"""The staff log, as staff see it: read-only."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, change_url, link
from accounts.admin.search import ids_by_address
from accounts.models import User
from draws.admin.prizes import READ


@admin.register(LogEntry)
class StaffLogAdmin(ReadOnly, StaffAdmin):
    """The log of who did what, when and why, newest first."""

    list_display = ("action_time", "by", "what", "did")
    link_lookups = frozenset({"user"})
    ordering = ("-id",)
    search_fields = ("user",)
    search_help_text = _("A staff member’s email (or the beginning of it) or id.")
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
