"""A filter of lists by days: from one day to another, each of them included, in the reader's time zone."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin import ListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


class DaysForm(forms.Form):
    """A form for the two days; either may be left out."""

    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("To"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = forms.DateInput(attrs={"type": "date", "min": str(FIRST), "max": str(LAST)})

    def clean(self) -> dict[str, Any]:
        days = [day for day in self.cleaned_data.values() if day]
        if any(not FIRST <= day <= LAST for day in days):
            raise forms.ValidationError(_("Dates must be from 2000 to 2099."))
        return self.cleaned_data


class DaysFilter(ListFilter):
    """Filters by `field`, a moment that has an index."""

    title = _("day")
    template = "admin/days_filter.html"
    parameters = ("since", "until")
    field = ""

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        given = {name: params.pop(name)[-1] for name in self.parameters if name in params}
        self.used_parameters.update(given)
        self.form = DaysForm(given)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameters)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the form, with what else is chosen in the address."""
        kept = changelist.get_filters_params()
        others = [(name, each) for name in kept if name not in self.parameters for each in kept[name]]
        yield {
            "form": self.form,
            "others": others,
            "query": changelist.query,
            "none": changelist.get_query_string({}, list(self.parameters)),
            "chosen": bool(self.used_parameters),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.is_valid():
            return queryset.none()
        since, until = self.form.cleaned_data["since"], self.form.cleaned_data["until"]
        if since:
            queryset = queryset.filter(**{f"{self.field}__gte": _midnight(since)})
        if until:
            queryset = queryset.filter(**{f"{self.field}__lt": _midnight(until + timedelta(days=1))})
        return queryset


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=get_current_timezone())
