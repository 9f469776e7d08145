"""Operations, as staff see them, read-only."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, short_time
from accounts.admin.days import days_of
from accounts.admin.lists import COUNTED
from lucky11.models import Incident, OperationRun
from lucky11.monitoring import doctor


class KindFilter(admin.SimpleListFilter):
    """Filters the runs of one procedure."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = OperationRun.objects.order_by("-id").values_list("kind", flat=True)[:COUNTED]
        return [(kind, kind) for kind in sorted(set(newest))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else None


@admin.register(OperationRun)
class OperationRunAdmin(ReadOnly, StaffAdmin):
    """Runs of operations with their times and results, and a page about the state of the database."""

    change_list_template = "admin/lucky11_operations.html"

    list_display = ("kind", "started", "ended", "result", "summary")
    list_filter = (KindFilter, days_of("started_at", numbered=True))
    ordering = ("-id",)
    fields = ("kind", "started_at", "ended_at", "result", "summary", "details")
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        doctor = path("doctor/", self.admin_site.admin_view(self.doctor), name="lucky11_doctor")
        return [doctor, *super().get_urls()]

    def doctor(self, request: HttpRequest) -> HttpResponse:
        """Show the report of `manage.py db_doctor` to staff who may see operations."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        page = {"title": gettext("The database now"), "findings": doctor.examine(), "opts": self.opts}
        return render(request, "admin/lucky11_doctor.html", self.admin_site.each_context(request) | page)

    @admin.display(description=_("started"))
    def started(self, run: OperationRun) -> str:
        return short_time(run.started_at)

    @admin.display(description=_("ended"))
    def ended(self, run: OperationRun) -> str:
        return short_time(run.ended_at) if run.ended_at else "–"

    @admin.display(description=_("result"))
    def result(self, run: OperationRun) -> str:
        return {True: gettext("Good"), False: gettext("Failed"), None: gettext("Not finished")}[run.ok]


@admin.register(Incident)
class IncidentAdmin(ReadOnly, StaffAdmin):
    """Incidents: what was wrong, from when until when."""

    list_display = ("alert", "began", "ended", "summary")
    list_filter = (days_of("began_at", numbered=True),)
    ordering = ("-id",)
    fields = ("alert", "began_at", "ended_at", "summary")
    readonly_fields = fields

    @admin.display(description=_("began"))
    def began(self, incident: Incident) -> str:
        return short_time(incident.began_at)

    @admin.display(description=_("ended"))
    def ended(self, incident: Incident) -> str:
        return short_time(incident.ended_at) if incident.ended_at else gettext("still open")
