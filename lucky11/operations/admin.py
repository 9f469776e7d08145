"""Operations, as staff see them: read-only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.base import ReadOnly, StaffAdmin, short_time
from lucky11.models import Incident, OperationRun


class KindFilter(admin.SimpleListFilter):
    """One procedure's runs."""

    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = OperationRun.objects.order_by("kind").values_list("kind", flat=True).distinct()
        return [(kind, kind) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else None


@admin.register(OperationRun)
class OperationRunAdmin(ReadOnly, StaffAdmin):
    """What ran, when, how it went."""

    list_display = ("kind", "started", "ended", "result", "summary")
    list_filter = (KindFilter,)
    ordering = ("-id",)
    fields = ("kind", "started_at", "ended_at", "result", "summary", "details")
    readonly_fields = fields

    @admin.display(description="started")
    def started(self, run: OperationRun) -> str:
        return short_time(run.started_at)

    @admin.display(description="ended")
    def ended(self, run: OperationRun) -> str:
        return short_time(run.ended_at) if run.ended_at else "–"

    @admin.display(description="result")
    def result(self, run: OperationRun) -> str:
        return {True: "Good", False: "Failed", None: "Not finished"}[run.ok]


@admin.register(Incident)
class IncidentAdmin(ReadOnly, StaffAdmin):
    """What was wrong, and until when."""

    list_display = ("alert", "began", "ended", "summary")
    ordering = ("-id",)
    fields = ("alert", "began_at", "ended_at", "summary")
    readonly_fields = fields

    @admin.display(description="began")
    def began(self, incident: Incident) -> str:
        return short_time(incident.began_at)

    @admin.display(description="ended")
    def ended(self, incident: Incident) -> str:
        return short_time(incident.ended_at) if incident.ended_at else "still so"
