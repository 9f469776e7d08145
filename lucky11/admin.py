"""The admin as a whole: its name, its door, what its first page shows, and the staff log."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.admin.approvals import to_decide
from accounts.admin.base import ReadOnly, StaffAdmin, change_url, link
from accounts.admin.search import ids_by_address
from accounts.models import OutboxEmail, User
from draws.models import Winner
from draws.overdue import overdue
from lucky11 import door
from lucky11.operations import admin as operations

__all__ = ["StaffLogAdmin", "operations"]

# Counts on the first page stop here: "more than 50" is as good a reason to look.
COUNTED = 50

stock_index = admin.site.index


def index(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The first page: what is overdue and what waits for somebody, as far as this staff member may see it."""
    context = {**_draws_at_work(request), **_waiting(request), **(extra_context or {})}
    return stock_index(request, context)


def password_change(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The site's own page."""
    return redirect("account_change_password")


def _draws_at_work(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("draws.view_draw"):
        return {}
    late, more = overdue()
    return {"overdue": late, "overdue_more": more, "shows_overdue": True}


def _waiting(request: HttpRequest) -> dict[str, Any]:
    waiting = {}
    if isinstance(request.user, User):
        waiting["to_decide"] = _up_to(to_decide(request.user))
    if request.user.has_perm("draws.view_winner"):
        waiting["to_claim"] = _up_to(Winner.objects.filter(hand_over=Winner.HandOver.TO_CLAIM))
        waiting["to_send"] = _up_to(Winner.objects.filter(hand_over=Winner.HandOver.CLAIMED))
    if request.user.has_perm("accounts.view_outboxemail"):
        waiting["failing"] = _up_to(OutboxEmail.objects.filter(sent_at__isnull=True, attempts__gt=0))
    return waiting


def _up_to(rows: QuerySet[Any]) -> str:
    count = rows[: COUNTED + 1].count()
    return f"more than {COUNTED}" if count > COUNTED else str(count or "")


admin.site.site_header = "Lucky11 staff"
admin.site.site_title = "Lucky11 staff"
admin.site.index_title = "Staff"
admin.site.index_template = "admin/lucky11_index.html"
# Passwords change where everyone's do: with its limits on trying, and a mail about it.
admin.site.password_change = admin.site.password_change_done = password_change  # type: ignore[assignment,method-assign]
admin.site.index = index  # type: ignore[assignment,method-assign]
door.close()


@admin.register(LogEntry)
class StaffLogAdmin(ReadOnly, StaffAdmin):
    """Who did what, when and why, the latest first."""

    list_display = ("action_time", "by", "what", "did")
    link_lookups = frozenset({"user"})
    ordering = ("-id",)
    search_fields = ("user",)
    search_help_text = "A staff member’s e-mail (or how it begins) or id."
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

    @admin.display(description="who")
    def by(self, entry: LogEntry) -> str:
        return link(change_url(User, entry.user_id), entry.user)

    @admin.display(description="about")
    def what(self, entry: LogEntry) -> str:
        url = None if entry.is_deletion() else entry.get_admin_url()
        return link(url, entry.object_repr) if url else entry.object_repr

    @admin.display(description="what and why")
    def did(self, entry: LogEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()
