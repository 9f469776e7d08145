"""Filters for the list of draws; each choice stays on an index."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

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


class ClosingFilter(admin.SimpleListFilter):
    """Filters by the day a draw closes or closed, in the staff member's time zone."""

    title = _("closing date")
    parameter_name = "closes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("today", gettext("Today")),
            ("tomorrow", gettext("Tomorrow")),
            ("week", gettext("Next 7 days")),
            ("later", gettext("Later")),
            ("past-week", gettext("Past 7 days")),
            ("past-month", gettext("Past 30 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Draw]) -> QuerySet[Draw] | None:
        spans: dict[str, tuple[int, int | None]] = {
            "today": (0, 1),
            "tomorrow": (1, 2),
            "week": (0, 7),
            "later": (7, None),
            "past-week": (-7, 0),
            "past-month": (-30, 0),
        }
        span = spans.get(self.value() or "")
        if span is None:
            return None
        first, end = span
        rows = queryset.filter(draw_time__gte=_midnight(first))
        return rows if end is None else rows.filter(draw_time__lt=_midnight(end))


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


def _midnight(days: int) -> datetime:
    day = timezone.localdate() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())
