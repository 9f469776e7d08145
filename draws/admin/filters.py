"""Filters for the list of draws; each choice stays on an index."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.days import DaysFilter, Span
from draws.lifecycle.overdue import overdue_draws
from draws.models import Draw

STATES = {
    "draft": Q(published_at__isnull=True),
    "open": Q(is_active=True, draw_time__gt=Now()),
    "closing": Q(is_active=True, draw_time__lte=Now()),
    "closed": Q(
        published_at__isnull=False,
        settled_at__isnull=True,
        frozen_at__isnull=False,
        drawn_at__isnull=True,
        cancelled_at__isnull=True,
    ),
    "drawn": Q(drawn_at__isnull=False),
    "cancelled": Q(cancelled_at__isnull=False, void_code=Draw.VoidCode.CANCELLED),
    "void": Q(cancelled_at__isnull=False) & ~Q(void_code=Draw.VoidCode.CANCELLED),
}

# A list that has its own index is shown in that order.
ORDERS = {
    "open": ("draw_time", "id"),
    "closing": ("draw_time", "id"),
    "drawn": ("-drawn_at", "-id"),
    "cancelled": ("-cancelled_at", "-id"),
    "void": ("-cancelled_at", "-id"),
}


class StateFilter(admin.SimpleListFilter):
    """Filters by the draw's state, or finds draws that are overdue."""

    title = pgettext_lazy("column", "state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            *((str(value), str(label)) for value, label in Draw.State.choices),
            ("overdue", gettext("Overdue")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Draw]) -> QuerySet[Draw] | None:
        if self.value() == "overdue":
            return overdue_draws(queryset)
        state = STATES.get(self.value() or "")
        return queryset.filter(state) if state else None


class ClosingFilter(DaysFilter):
    """Filters by the day a draw closes or closed, in the staff member's time zone."""

    title = _("closing date")
    field = "draw_time"
    named = "closes"
    parameters = (*DaysFilter.parameters, named)
    spans: ClassVar[dict[str, Span]] = {
        "today": (_("Today"), 0, 0),
        "tomorrow": (_("Tomorrow"), 1, 1),
        "week": (_("Next 7 days"), 0, 6),
        "later": (_("Later"), 7, None),
        "past-week": (_("Past 7 days"), -7, -1),
        "past-month": (_("Past 30 days"), -30, -1),
    }


class ModeFilter(admin.SimpleListFilter):
    """Filters by the way winners are drawn."""

    title = _("drawing method")
    parameter_name = "mode"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Draw.Mode.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Draw]) -> QuerySet[Draw] | None:
        return queryset.filter(fairness_mode=self.value()) if self.value() in Draw.Mode.values else None


class VipFilter(admin.SimpleListFilter):
    """Filters draws that only VIP players may enter."""

    title = _("VIP")
    parameter_name = "vip"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("only", gettext("VIP only"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Draw]) -> QuerySet[Draw] | None:
        return queryset.filter(vip_only=True) if self.value() == "only" else None
