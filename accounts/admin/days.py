"""A filter of lists by days: from one day to another, each of them included, in the reader's time zone."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import ListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone, get_current_timezone_name, localdate
from django.utils.translation import gettext_lazy as _

from common.database.moments import first_since

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
ISO = "%Y-%m-%d"
DAY, OVERLAP = timedelta(days=1), timedelta(hours=1)


class DaysForm(forms.Form):
    """A form for the two days; either may be left out."""

    since = forms.DateField(label=_("From"), required=False, input_formats=[ISO])
    until = forms.DateField(label=_("To"), required=False, input_formats=[ISO])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # Browsers show a date in their reader's own order; in the address it has this one.
            given = {"type": "date", "min": str(FIRST), "max": str(LAST)}
            field.widget = forms.DateInput(attrs=given, format=ISO)

    def clean(self) -> dict[str, Any]:
        days = [day for day in self.cleaned_data.values() if day]
        if any(not FIRST <= day <= LAST for day in days):
            raise forms.ValidationError(_("Dates must be from 2000 to 2099."))
        return self.cleaned_data


# Label, first and last day, counted from today; None is without an end.
Span = tuple[Any, int, int | None]
PAST: dict[str, Span] = {
    "today": (_("Today"), 0, 0),
    "yesterday": (_("Yesterday"), -1, -1),
    "week": (_("Past 7 days"), -6, 0),
    "month": (_("Past 30 days"), -29, 0),
}


class DaysFilter(ListFilter):
    """Filters by `field`, a moment that has an index together with the row's number."""

    title = _("day")
    template = "admin/days_filter.html"
    parameters: ClassVar[tuple[str, ...]] = ("since", "until")
    field = ""
    spans: ClassVar[dict[str, Span]] = PAST
    # The parameter by which addresses from before the two days still name a span.
    named = ""
    # Whether a list of some days has the order of `field`, so that it is read along that index.
    orders = True

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        asked = {name: params.pop(name)[-1] for name in self.parameters if name in params}
        span = self.spans.get(asked.pop(self.named, ""))
        given = {name: str(day) for name, day in zip(("since", "until"), _days(span), strict=True) if day}
        given |= asked
        self.used_parameters.update(given)
        self.form = DaysForm(given)

    @classmethod
    def asked(cls, request: HttpRequest) -> bool:
        """Return whether an address asks for some days."""
        span = request.GET.get(cls.named) in cls.spans
        return span or any(request.GET.get(name) for name in DaysFilter.parameters)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameters)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the form and the usual spans, with what else is chosen in the address."""
        kept = changelist.get_filters_params()
        others = [(name, each) for name in kept if name not in self.parameters for each in kept[name]]
        yield {
            "form": self.form,
            "others": others,
            "query": changelist.query,
            "spans": [self._choice(changelist, span) for span in self.spans.values()],
            "none": changelist.get_query_string({}, list(self.parameters)),
            "chosen": bool(self.used_parameters),
            "zone": get_current_timezone_name(),
        }

    def _choice(self, changelist: Any, span: Span) -> dict[str, Any]:
        days = {name: str(day) for name, day in zip(("since", "until"), _days(span), strict=True) if day}
        address = changelist.get_query_string(days, [n for n in self.parameters if n not in days])
        return {"label": span[0], "address": address, "selected": days == self.used_parameters}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.is_valid():
            return queryset.none()
        since, until = self.form.cleaned_data["since"], self.form.cleaned_data["until"]
        return self.between(
            queryset, _midnight(since) if since else None, _midnight(until + DAY) if until else None
        )

    def between(self, rows: QuerySet[Any], since: datetime | None, until: datetime | None) -> QuerySet[Any]:
        """Return the rows from one moment to another, the last of them not included."""
        if since:
            rows = rows.filter(**{f"{self.field}__gte": since})
        return rows.filter(**{f"{self.field}__lt": until}) if until else rows


class NumberedDays(DaysFilter):
    """Filters rows that are numbered as they come: the days are a range of numbers, and need no index.

    Rows of one moment may be numbered by transactions that run side by side, so the range is OVERLAP longer.
    """

    orders = False

    def between(self, rows: QuerySet[Any], since: datetime | None, until: datetime | None) -> QuerySet[Any]:
        key = rows.model._meta.pk.name
        if since:
            rows = rows.filter(**{f"{key}__gte": first_since(rows.model, self.field, since - OVERLAP)})
        if until:
            rows = rows.filter(**{f"{key}__lt": first_since(rows.model, self.field, until + OVERLAP)})
        return super().between(rows, since, until)


def days_of(field: str, *, numbered: bool = False, title: Any = None) -> type[DaysFilter]:
    """Return the filter of a list by the days of `field`."""
    kind: type[DaysFilter] = NumberedDays if numbered else DaysFilter
    return type("Days", (kind,), {"field": field, "title": title or kind.title, "__doc__": kind.__doc__})


def _days(span: Span | None) -> tuple[date | None, date | None]:
    if span is None:
        return None, None
    _label, first, last = span
    today = localdate()
    return today + first * DAY, None if last is None else today + last * DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=get_current_timezone())
